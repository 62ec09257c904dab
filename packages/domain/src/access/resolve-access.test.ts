import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
  rolesOf,
  teamId,
} from './access-for-tests.ts';
import { isInScope, scopeOf } from './access-scope.ts';
import { capabilities } from './capabilities.ts';
import { accessLevels } from './presets.ts';
import { mayManageTeam, resolveAccess, rightsOf } from './resolve-access.ts';

const shop = anApplication('shop', 'web');
const production = environmentOf('production');
const test = environmentOf('test');

describe('what somebody may do at a place', () => {
  const dora = aPrincipal('dora', { role: 'developer' });

  it('is what the default role holds in an environment of that type', () => {
    expect(resolveAccess(dora, builtIn, { environment: environmentOf('development'), application: shop })).toEqual({
      rule: { kind: 'default', role: 'developer' },
      capabilities: ['access', 'list', 'monitor', 'reference', 'debug', 'change', 'deploy'],
    });
    expect(resolveAccess(dora, builtIn, { environment: production, application: shop }).capabilities).toEqual(['list']);
  });

  it('is what a role holds in an environment that it names, whatever it says of the type', () => {
    const roles = rolesOf(
      aRole('r', { inEnvironments: { [test.id]: ['list'] }, inTypes: { test: ['deploy'] }, elsewhere: ['debug'] }),
    );
    const someone = aPrincipal('someone', { role: 'r' as never });

    const at = (environment: typeof test) => resolveAccess(someone, roles, { environment, application: shop });
    expect(at(test).capabilities).toEqual(['list']);
    expect(at({ id: 'test-2' as never, type: 'test' }).capabilities).toEqual(['deploy']);
    expect(at(production).capabilities).toEqual(['debug']);
  });

  it.each([
    { says: 'a team role stands in for the default role', teams: { web: 'operator' }, grants: {}, rule: 'team' },
    { says: 'a grant stands in for both', teams: { web: 'tester' }, grants: { shop: 'operator' }, rule: 'grant' },
    { says: 'the role of another team does not matter', teams: { data: 'operator' }, grants: {}, rule: 'default' },
    {
      says: 'a grant of another application does not matter',
      teams: {},
      grants: { cart: 'operator' },
      rule: 'default',
    },
  ])('$says', ({ teams, grants, rule }) => {
    const someone = aPrincipal('someone', { role: 'auditor', teams, grants });

    const access = resolveAccess(someone, builtIn, { environment: production, application: shop });

    expect(access.rule.kind).toBe(rule);
    expect(access.capabilities.includes('deploy')).toBe(rule !== 'default');
  });

  it('can be less by a grant than by the default role', () => {
    const someone = aPrincipal('someone', { role: 'operator', grants: { shop: 'auditor' } });

    expect(resolveAccess(someone, builtIn, { environment: production, application: shop }).capabilities).toEqual([
      'list',
      'monitor',
    ]);
  });

  it('never has administration or access by a team or a grant', () => {
    const someone = aPrincipal('someone', { teams: { web: 'administrator' }, grants: { cart: 'administrator' } });

    for (const application of [shop, anApplication('cart')]) {
      const access = resolveAccess(someone, builtIn, { environment: production, application });
      expect(access.capabilities).toEqual(capabilities.filter((each) => each !== 'access' && each !== 'administer'));
    }
  });

  it('is for an environment as such what the default role says, whatever teams and grants say', () => {
    const someone = aPrincipal('someone', { role: 'auditor', teams: { web: 'administrator' } });

    const access = resolveAccess(someone, builtIn, { environment: production, application: null });

    expect(access).toEqual({ rule: { kind: 'default', role: 'auditor' }, capabilities: ['list', 'monitor'] });
  });

  it('is nothing for somebody inactive, administrators included', () => {
    const someone = aPrincipal('someone', { role: 'administrator', grants: { shop: 'administrator' }, active: false });

    expect(resolveAccess(someone, builtIn, { environment: production, application: shop })).toEqual({
      rule: { kind: 'inactive' },
      capabilities: [],
    });
    expect(rightsOf(someone, builtIn)).toEqual([]);
    expect(mayManageTeam(someone, builtIn, teamId('web'))).toBe(false);
  });

  it('is refused with a fault of ours where a role is named that is not there', () => {
    expect(() =>
      resolveAccess(aPrincipal('someone', { role: 'gone' as never }), builtIn, {
        environment: production,
        application: shop,
      }),
    ).toThrow('there is no role gone');
  });
});

describe('rights of the installation', () => {
  it('come from the default role, with those that they include', () => {
    const roles = rolesOf(aRole('lead', { rights: ['manage-teams'] }), aRole('other', { rights: ['manage-users'] }));
    const someone = aPrincipal('someone', {
      role: 'lead' as never,
      teams: { web: 'other' },
      grants: { shop: 'other' },
    });

    expect(rightsOf(someone, roles)).toEqual(['manage-own-team', 'manage-teams']);
  });

  it('let a member whose role in the team says so manage that team and no other', () => {
    const roles = rolesOf(aRole('nobody'), aRole('lead', { rights: ['manage-own-team'] }));
    const someone = aPrincipal('someone', { role: 'nobody' as never, teams: { web: 'lead', data: 'nobody' } });

    expect(['web', 'data', 'mobile'].map((each) => mayManageTeam(someone, roles, teamId(each)))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('the seven levels', () => {
  it('each hold what the one before holds, and more', () => {
    const sets: readonly (readonly string[])[] = Object.values(accessLevels);

    for (const [at, set] of sets.entries()) {
      const before = sets[at - 1] ?? [];
      expect(set).toEqual(expect.arrayContaining([...before]));
      if (at > 0) expect(set.length).toBeGreaterThan(before.length);
    }
  });
});

describe('the scope of somebody', () => {
  it('holds exactly the places where they have the capability', () => {
    fc.assert(
      fc.property(
        drawnRoles,
        drawnPrincipal,
        fc.constantFrom(...capabilities),
        fc.option(drawnApplication),
        (roles, principal, capability, application) => {
          const scope = scopeOf(principal, roles, { capability, environments });

          for (const environment of environments) {
            const held = resolveAccess(principal, roles, { environment, application }).capabilities;
            // An environment is listed by whoever may list anything in it, see authorize.test.ts.
            if (application !== null || capability !== 'list')
              expect(isInScope(scope, { environment: environment.id, application })).toBe(held.includes(capability));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is everything for an administrator, and nothing for somebody inactive', () => {
    const capability = 'deploy';

    expect(scopeOf(aPrincipal('ada', { role: 'administrator' }), builtIn, { capability, environments })).toEqual({
      kind: 'everything',
    });
    const gone = scopeOf(aPrincipal('bob', { role: 'administrator', active: false }), builtIn, {
      capability,
      environments,
    });
    expect(isInScope(gone, { environment: production.id, application: shop })).toBe(false);
  });
});
