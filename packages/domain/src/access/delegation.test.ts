import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anApplication,
  aPrincipal,
  aRole,
  builtIn,
  drawnPrincipal,
  drawnRoles,
  environmentOf,
  environments,
  principalId,
  roleId,
  rolesOf,
} from './access-for-tests.ts';
import { delegationFault, excessOf, leavesNoAdministrator } from './delegation.ts';
import { resolveAccess, rightsOf } from './resolve-access.ts';
import { affectedBy } from './role-change.ts';

describe('giving a role', () => {
  const give = (grantor: ReturnType<typeof aPrincipal>, role: string, as: 'default' | 'applications') =>
    delegationFault({ grantor, receiver: principalId('bob'), role: roleId(role), as, roles: builtIn, environments });

  it('is nobody else’s affair than of who holds all of it', () => {
    const ada = aPrincipal('ada', { role: 'administrator' });
    const rita = aPrincipal('rita', { role: 'release-manager' });

    expect(give(ada, 'administrator', 'default')).toBeUndefined();
    expect(give(rita, 'auditor', 'applications')).toBeUndefined();
    expect(give(rita, 'auditor', 'default')).toMatchObject({ capabilities: [], rights: ['read-audit'] });
    expect(give(rita, 'operator', 'default')).toEqual({
      kind: 'more-than-own',
      capabilities: environments.map((environment) => ({ environment, capability: 'debug' })),
      rights: [],
    });
  });

  it('counts for applications only what it gives there', () => {
    const all = aRole('all', { elsewhere: ['access', 'list', 'administer'], rights: ['read-audit'] });
    const roles = rolesOf(all, aRole('lister', { elsewhere: ['list'] }));
    const lena = aPrincipal('lena', { role: 'lister' as never });
    const given = { grantor: lena, receiver: principalId('bob'), role: all.id, roles, environments };

    expect(delegationFault({ ...given, as: 'applications' })).toBeUndefined();
    expect(delegationFault({ ...given, as: 'default' })).toMatchObject({ rights: ['read-audit'] });
  });

  it('is never done to oneself', () => {
    const ada = aPrincipal('ada', { role: 'administrator' });

    expect(
      delegationFault({
        grantor: ada,
        receiver: ada.id,
        role: roleId('auditor'),
        as: 'default',
        roles: builtIn,
        environments,
      }),
    ).toEqual({ kind: 'own-roles' });
  });

  it('never leads to more than who gave it holds', () => {
    fc.assert(
      fc.property(
        drawnRoles,
        drawnPrincipal,
        fc.constantFrom('r1', 'r2', 'r3', 'r4'),
        fc.constantFrom<'default' | 'applications'>('default', 'applications'),
        (roles, grantor, role, as) => {
          const fault = delegationFault({
            grantor,
            receiver: principalId('receiver'),
            role: roleId(role),
            as,
            roles,
            environments,
          });
          if (fault !== undefined) return;

          const receiver = aPrincipal('receiver', {
            role: as === 'default' ? roleId(role) : ('r1' as never),
            grants: as === 'applications' ? { a9: role } : {},
          });
          const application = as === 'applications' ? anApplication('a9') : null;
          for (const environment of environments) {
            const own = resolveAccess(grantor, roles, { environment, application: null }).capabilities;
            const given = resolveAccess(receiver, roles, { environment, application }).capabilities;
            expect(given.filter((each) => !own.includes(each))).toEqual([]);
          }
          if (as !== 'default') return;
          const own = rightsOf(grantor, roles);
          expect(rightsOf(receiver, roles).filter((each) => !own.includes(each))).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('changing a role', () => {
  it('is refused where it would hold more than who changes it', () => {
    const rita = aPrincipal('rita', { role: 'release-manager' });
    const role = aRole('helper', { inTypes: { production: ['administer'] } });

    expect(excessOf(rita, builtIn, { role, as: 'default', environments })).toMatchObject({
      capabilities: [{ environment: environmentOf('production'), capability: 'administer' }],
    });
  });

  it('tells who gains and loses what, and where, before it is saved', () => {
    const before = rolesOf(
      aRole('member', { elsewhere: ['list', 'deploy'] }),
      aRole('default', { elsewhere: ['list'] }),
    );
    const after = rolesOf(
      aRole('member', { inTypes: { production: ['list'] }, elsewhere: ['list', 'deploy', 'debug'] }),
      aRole('default', { elsewhere: ['list'], rights: ['create-applications'] }),
    );
    const dora = aPrincipal('dora', { role: 'default' as never, teams: { web: 'member' } });
    const eve = aPrincipal('eve', { role: 'member' as never, active: false });

    const affected = affectedBy({
      principals: [dora, eve],
      applications: [anApplication('shop', 'web'), anApplication('other', 'data')],
      environments: [environmentOf('test'), environmentOf('production')],
      before,
      after,
    });

    expect(affected).toEqual([
      {
        principal: 'dora',
        name: 'dora',
        places: [
          { environment: environmentOf('test'), application: 'shop', gained: ['debug'], lost: [] },
          { environment: environmentOf('production'), application: 'shop', gained: [], lost: ['deploy'] },
        ],
        rights: { gained: ['create-applications'], lost: [] },
      },
    ]);
  });
});

describe('the last administrator', () => {
  const ada = aPrincipal('ada', { role: 'administrator' });
  const bob = aPrincipal('bob', { role: 'developer' });

  it.each([
    { says: 'one remains', after: [ada, bob], left: false },
    { says: 'only others remain', after: [bob], left: true },
    { says: 'the only one is inactive', after: [{ ...ada, active: false }, bob], left: true },
    { says: 'the only one has another role', after: [aPrincipal('ada', { role: 'operator' }), bob], left: true },
    {
      says: 'somebody is one in a team only',
      after: [aPrincipal('ada', { role: 'operator', teams: { web: 'administrator' } })],
      left: true,
    },
  ])('$says: nobody left is $left', ({ after, left }) => {
    expect(leavesNoAdministrator(after, builtIn)).toBe(left);
  });
});
