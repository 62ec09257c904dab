import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityProviderId } from '../identity-provider/external-identity.ts';
import {
  anApplication,
  aPrincipal,
  aRole,
  builtIn,
  drawnApplication,
  drawnPrincipal,
  drawnRoles,
  environmentOf,
  environments,
  principalId,
  rolesOf,
} from './access-for-tests.ts';
import type { AccessObject } from './access-object.ts';
import { isApplicationInScope, isInScope, scopeOf } from './access-scope.ts';
import { type Actor, admit, authorize, type PrincipalActor } from './authorize.ts';
import { capabilities, type Permission } from './capabilities.ts';
import type { BuiltInRole } from './presets.ts';
import { resolveAccess } from './resolve-access.ts';

type Given = Parameters<typeof aPrincipal>[1];

const somebody = (name: string, given: Given, roles = builtIn): PrincipalActor => ({
  kind: 'principal',
  id: principalId(name),
  name,
  access: aPrincipal(name, given),
  roles,
  environments,
});
const actors = {
  anonymous: { kind: 'anonymous' },
  administrator: somebody('ada', { role: 'administrator' }),
  operator: somebody('olga', { role: 'operator' }),
  auditor: somebody('aud', { role: 'auditor' }),
  gone: somebody('gone', { role: 'administrator', active: false }),
  builder: { kind: 'builder', id: principalId('builder'), name: 'builder' },
  arriving: { kind: 'arriving', id: principalId('ari'), name: 'ari' },
  agent: { kind: 'agent', site: 's', name: 'agent of s' },
  scimClient: { kind: 'scim-client', provider: 'acme' as IdentityProviderId, name: 'scim of acme' },
  system: { kind: 'system', name: 'timer' },
} as const satisfies Record<string, Actor>;
const shop = anApplication('shop', 'web');
const production = environmentOf('production');
const development = environmentOf('development');
const inProduction: AccessObject = { kind: 'in-environment', environment: production, applications: [shop] };
const everybody = Object.keys(actors) as (keyof typeof actors)[];

describe('who may ask at all', () => {
  it.each<[Permission, readonly (keyof typeof actors)[]]>([
    ['public', everybody],
    ['signed-in', ['administrator', 'operator', 'auditor', 'system']],
    ['arriving', ['administrator', 'operator', 'auditor', 'arriving', 'system']],
    ['builder', ['builder', 'system']],
    ['agent', ['agent', 'system']],
    ['scim-client', ['scimClient', 'system']],
    ['right:read-audit', ['administrator', 'auditor', 'system']],
    ['right:manage-users', ['administrator', 'system']],
    // Whether somebody holds a capability is asked of an object.
    ['capability:deploy', ['administrator', 'operator', 'auditor', 'system']],
  ])('%s is for %j and nobody else', (permission, expected) => {
    const may = Object.entries<Actor>(actors).filter(([, actor]) => admit(actor, permission).allowed);

    expect(may.map(([name]) => name)).toEqual(expected);
  });
});

describe('who may do what to what', () => {
  it.each<[Permission, readonly (keyof typeof actors)[]]>([
    ['capability:list', ['administrator', 'operator', 'auditor', 'system']],
    ['capability:deploy', ['administrator', 'operator', 'system']],
    ['capability:administer', ['administrator', 'system']],
  ])('%s of an application in production is for %j and nobody else', (permission, expected) => {
    const may = Object.entries<Actor>(actors).filter(([, actor]) => authorize(actor, permission, inProduction).allowed);

    expect(may.map(([name]) => name)).toEqual(expected);
  });

  it('is never decided by a capability alone: the installation is no place where one is held', () => {
    expect(authorize(actors.administrator, 'capability:list', { kind: 'installation' })).toMatchObject({
      allowed: false,
    });
  });

  it('counts every application of an object', () => {
    const owner = somebody('own', { role: 'auditor', teams: { web: 'operator' } });
    const both: AccessObject = { ...inProduction, applications: [shop, anApplication('cart', 'other')] };

    expect(authorize(owner, 'capability:deploy', inProduction).allowed).toBe(true);
    expect(authorize(owner, 'capability:deploy', both)).toMatchObject({
      allowed: false,
      hidden: false,
      lack: { application: { id: 'cart' }, held: ['list', 'monitor'], rule: { kind: 'default' } },
    });
  });

  it.each([
    ['some', true],
    ['every', false],
  ] as const)('asks of an application in %s environment', (where, expected) => {
    const roles = rolesOf(aRole('r', { inTypes: { development: ['list', 'change'] } }));
    const someone = somebody('one', { role: 'r' as BuiltInRole }, roles);

    const decision = authorize(someone, 'capability:change', { kind: 'application', application: shop, in: where });

    expect(decision.allowed).toBe(expected);
    // It may be listed in one environment, so it may be said that it is there.
    if (!decision.allowed) expect(decision.hidden).toBe(false);
  });

  it('hides what may not be listed, and says so of what may', () => {
    const roles = rolesOf(aRole('r', { inTypes: { development: ['list'] } }));
    const someone = somebody('one', { role: 'r' as BuiltInRole }, roles);
    const at = (environment: typeof production): AccessObject => ({ ...inProduction, environment }) as AccessObject;

    expect(authorize(someone, 'capability:deploy', at(production))).toMatchObject({ allowed: false, hidden: true });
    expect(authorize(someone, 'capability:deploy', at(development))).toMatchObject({ allowed: false, hidden: false });
    expect(authorize(someone, 'capability:list', at(production))).toMatchObject({ allowed: false, hidden: true });
  });

  it('lets whoever may list an application of an environment list the environment, and nothing else of it', () => {
    const roles = rolesOf(aRole('nothing'), aRole('r', { inTypes: { production: capabilities } }));
    const someone = somebody('one', { role: 'nothing' as BuiltInRole, teams: { web: 'r' } }, roles);
    const ask = (permission: Permission, environment: typeof production) =>
      authorize(someone, permission, { kind: 'environment', environment }).allowed;

    expect(ask('capability:list', production)).toBe(true);
    expect(ask('capability:list', development)).toBe(false);
    expect(capabilities.filter((each) => ask(`capability:${each}`, production))).toEqual(['list']);
  });

  it('is the same for a place as what resolves there, and as what the scope holds', () => {
    fc.assert(
      fc.property(
        drawnRoles,
        drawnPrincipal,
        fc.constantFrom(...capabilities),
        fc.option(drawnApplication),
        (roles, access, capability, application) => {
          const actor: PrincipalActor = { ...somebody('drawn', {}, roles), access };
          const scope = scopeOf(access, roles, { capability, environments });
          const decide = (object: AccessObject) => authorize(actor, `capability:${capability}`, object).allowed;

          for (const environment of environments) {
            const object: AccessObject =
              application === null
                ? { kind: 'environment', environment }
                : { kind: 'in-environment', environment, applications: [application] };
            expect(isInScope(scope, { environment: environment.id, application })).toBe(decide(object));
            const held = resolveAccess(access, roles, { environment, application }).capabilities;
            if (application !== null || capability !== 'list') expect(decide(object)).toBe(held.includes(capability));
          }
          if (application !== null)
            expect(isApplicationInScope(scope, application)).toBe(
              decide({ kind: 'application', application, in: 'some' }),
            );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('holds where there is no environment yet by what a role holds elsewhere', () => {
    const nowhere = (role: BuiltInRole): Actor => ({ ...somebody('one', { role }), environments: [] });
    const object: AccessObject = { kind: 'application', application: shop, in: 'every' };

    expect(authorize(nowhere('administrator'), 'capability:administer', object).allowed).toBe(true);
    expect(authorize(nowhere('auditor'), 'capability:administer', object).allowed).toBe(false);
    const access = aPrincipal('one', { role: 'administrator' });
    expect(scopeOf(access, builtIn, { capability: 'list', environments: [] })).toEqual({ kind: 'everything' });
    const none = scopeOf(aPrincipal('one', { role: 'auditor' }), builtIn, { capability: 'deploy', environments: [] });
    expect(isApplicationInScope(none, shop)).toBe(false);
  });
});
