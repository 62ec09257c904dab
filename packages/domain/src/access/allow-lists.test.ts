import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkSetOf } from '../network/index.ts';
import {
  anApplication,
  aPrincipal,
  builtIn,
  drawnApplication,
  drawnPrincipal,
  drawnRoles,
  environmentOf,
  environments,
  roleId,
} from './access-for-tests.ts';
import type { AccessObject } from './access-object.ts';
import { isInScope, scopeOf } from './access-scope.ts';
import { type AllowLists, entrances, everywhere, exclusionsOf, isTrialOver } from './allow-lists.ts';
import { admit, admitOrigin, authorize, type PrincipalActor } from './authorize.ts';
import { capabilities } from './capabilities.ts';
import { limitToOrigin } from './origin-limits.ts';
import type { PrincipalAccess, Roles } from './resolve-access.ts';
import { limitActor, noLimits } from './token-limits.ts';

const vpn = networkSetOf(['10.0.0.0/8', 'fd00::/8']);
const [inside, outside] = ['10.1.2.3', '203.0.113.7'];
const production = environmentOf('production');
const test = environmentOf('test');
const shop = anApplication('shop', 'web');
const shopIn = (environment: typeof production): AccessObject => ({
  kind: 'in-environment',
  environment,
  applications: [shop],
});

/** Somebody where a role counts, or production may be changed, from the VPN alone. */
const somebody = (given: {
  readonly access: PrincipalAccess;
  readonly roles?: Roles;
  readonly countsFrom?: readonly string[];
  readonly production?: true;
}): PrincipalActor => {
  const { access, roles = builtIn, countsFrom = [] } = given;
  return {
    kind: 'principal',
    id: access.id,
    name: access.name,
    access,
    roles: new Map([...roles].map(([id, role]) => [id, countsFrom.includes(id) ? { ...role, countsFrom: vpn } : role])),
    environments: environments.map((each) =>
      each.type === 'production' && given.production === true ? { ...each, changesFrom: vpn } : each,
    ),
  };
};

describe('an entrance', () => {
  const lists: AllowLists = { ...everywhere, entrances: { console: vpn, api: null, agents: networkSetOf([inside]) } };

  it.each([
    ['console', inside, true],
    ['console', '::ffff:10.1.2.3', true],
    ['console', 'fd00::7', true],
    ['console', outside, false],
    ['console', '', false],
    ['api', outside, true],
    ['agents', inside, true],
    ['agents', '10.1.2.4', false],
  ] as const)('%s is open to %j: %s', (entrance, address, open) => {
    expect(admitOrigin(lists, { entrance, address }).allowed).toBe(open);
  });

  it('is open to everybody without a list, and to nobody with an empty one', () => {
    for (const entrance of entrances) {
      const empty = { entrances: { ...everywhere.entrances, [entrance]: networkSetOf([]) } };
      expect(admitOrigin(everywhere, { entrance, address: outside }).allowed).toBe(true);
      expect(admitOrigin(empty, { entrance, address: inside }).allowed).toBe(false);
    }
  });

  it('tells nothing of its list to whoever is refused', () => {
    expect(admitOrigin(lists, { entrance: 'console', address: outside })).toEqual({
      allowed: false,
      hidden: false,
      why: 'requests from this network are refused',
    });
  });
});

describe('a role that counts from some networks', () => {
  const ada = somebody({ access: aPrincipal('ada', { role: 'administrator' }), countsFrom: ['administrator'] });

  it('gives all that it holds there, and nothing elsewhere', () => {
    const [there, elsewhere] = [limitToOrigin(ada, inside), limitToOrigin(ada, outside)];

    expect(admit(there, 'right:manage-users').allowed).toBe(true);
    expect(authorize(there, 'capability:deploy', shopIn(production)).allowed).toBe(true);
    expect(admit(elsewhere, 'right:manage-users')).toMatchObject({
      allowed: false,
      why: expect.stringContaining('counts only from the networks of its allow list, and not from 203.0.113.7'),
    });
    expect(authorize(elsewhere, 'capability:deploy', shopIn(production))).toMatchObject({
      allowed: false,
      hidden: true,
      lack: { outside: { of: 'role', networks: vpn.networks } },
    });
  });

  it('still decides where it is the most specific: nothing less specific takes its place', () => {
    const dora = somebody({
      access: aPrincipal('dora', { role: 'operator', grants: { shop: 'auditor' } }),
      countsFrom: ['auditor'],
    });

    expect(authorize(limitToOrigin(dora, outside), 'capability:deploy', shopIn(production)).allowed).toBe(false);
    expect(authorize(limitToOrigin(dora, outside), 'capability:list', shopIn(production)).allowed).toBe(false);
  });

  it('is not got around by a token for one application', () => {
    const limited = limitActor(ada, { ...noLimits, applications: [shop.id], rights: ['manage-users'] }, [shop]);

    expect(admit(limitToOrigin(limited, inside), 'right:manage-users').allowed).toBe(true);
    expect(admit(limitToOrigin(limited, outside), 'right:manage-users').allowed).toBe(false);
    expect(authorize(limitToOrigin(limited, outside), 'capability:list', shopIn(test)).allowed).toBe(false);
  });
});

describe('an environment that is changed from some networks', () => {
  const olga = somebody({ access: aPrincipal('olga', { role: 'administrator' }), production: true });

  it.each(capabilities)('%s', (capability) => {
    const changes = ['change', 'deploy', 'approve', 'administer'].includes(capability);
    const object: AccessObject = { kind: 'environment', environment: production };
    const elsewhere = authorize(limitToOrigin(olga, outside), `capability:${capability}`, object);

    expect(authorize(limitToOrigin(olga, inside), `capability:${capability}`, object).allowed).toBe(true);
    expect(elsewhere.allowed).toBe(!changes);
    if (!elsewhere.allowed)
      expect(elsewhere).toMatchObject({ hidden: false, lack: { outside: { of: 'environment' } } });
    expect(authorize(limitToOrigin(olga, outside), 'capability:deploy', shopIn(test)).allowed).toBe(true);
  });

  it('is not changed by the right to manage environments either: a policy may hold in several', () => {
    expect(admit(limitToOrigin(olga, inside), 'right:manage-environments').allowed).toBe(true);
    expect(admit(limitToOrigin(olga, outside), 'right:manage-environments')).toMatchObject({
      allowed: false,
      why: expect.stringContaining('not from 203.0.113.7'),
    });
    expect(admit(limitToOrigin(olga, outside), 'right:manage-users').allowed).toBe(true);
  });

  it('is not called the reason where the role lacks it anyway', () => {
    const aud = somebody({ access: aPrincipal('aud', { role: 'auditor' }), production: true });
    const decision = authorize(limitToOrigin(aud, outside), 'capability:deploy', shopIn(production));

    expect(decision).toMatchObject({ allowed: false, lack: { rule: { kind: 'default', role: 'auditor' } } });
    expect(decision).not.toHaveProperty('lack.outside');
  });
});

describe('where somebody is', () => {
  const drawn = fc.record({
    access: drawnPrincipal,
    roles: drawnRoles,
    countsFrom: fc.subarray(['r1', 'r2', 'r3', 'r4']),
    production: fc.option(fc.constant(true as const), { nil: undefined }),
  });
  const anywhere = fc.constantFrom(inside, outside);

  it('never adds to what they may do, and takes nothing where every list has it', () => {
    fc.assert(
      fc.property(drawn, drawnApplication, anywhere, ({ production: isClosed, ...given }, application, address) => {
        const actor = somebody({ ...given, ...(isClosed === undefined ? {} : { production: isClosed }) });
        for (const environment of environments)
          for (const capability of capabilities) {
            const object: AccessObject = { kind: 'in-environment', environment, applications: [application] };
            const before = authorize(actor, `capability:${capability}`, object).allowed;
            const after = authorize(limitToOrigin(actor, address), `capability:${capability}`, object).allowed;
            expect(after).toBe(address === inside ? before : after && before);
          }
      }),
      { numRuns: 50 },
    );
  });

  it('means the same for lists as for single objects', () => {
    fc.assert(
      fc.property(drawn, drawnApplication, ({ production: _, ...given }, application) => {
        const actor = limitToOrigin(somebody({ ...given, production: true }), outside);
        for (const capability of capabilities) {
          const scope = scopeOf(actor.access, actor.roles, { capability, environments: actor.environments });
          for (const environment of environments)
            expect(isInScope(scope, { environment: environment.id, application })).toBe(
              authorize(actor, `capability:${capability}`, {
                kind: 'in-environment',
                environment,
                applications: [application],
              }).allowed,
            );
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('whoever changes lists', () => {
  const access = aPrincipal('ada', { role: 'administrator' });
  const lists: AllowLists = {
    entrances: { console: vpn, api: null, agents: networkSetOf([]) },
    roles: new Map([[roleId('administrator'), vpn]]),
    environments: new Map([[production.id, vpn]]),
  };

  it.each([
    ['console', inside, []],
    ['console', outside, ['entrance', 'role']],
    ['api', outside, ['role']],
  ] as const)('by %s from %s is shut out by %j', (entrance, address, kinds) => {
    const found = exclusionsOf(lists, { origin: { entrance, address }, access });

    expect(found.map((each) => each.kind)).toEqual(kinds);
  });

  it('has until the end of the trial to confirm them', () => {
    expect([isTrialOver(null, 5), isTrialOver(6, 5), isTrialOver(5, 5), isTrialOver(4, 5)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
