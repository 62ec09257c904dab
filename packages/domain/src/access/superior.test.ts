import { describe, expect, it } from 'vitest';
import { anApplication, aPrincipal, aRole, builtIn, environments, roleId, rolesOf } from './access-for-tests.ts';
import { excessOf } from './delegation.ts';
import type { PrincipalAccess } from './resolve-access.ts';
import { anyOf, superiorityOf } from './superior.ts';

const keeper = aRole('keeper', { elsewhere: ['list', 'monitor'], rights: ['manage-users'] });
const looker = aRole('looker', { elsewhere: ['list'] });
const lead = aRole('lead', { elsewhere: ['list', 'deploy'], rights: ['manage-own-team'] });
const roles = rolesOf(...builtIn.values(), keeper, looker, lead);
const kim = aPrincipal('kim', { role: roleId('keeper') });
const shop = anApplication('shop', 'web');

const over = (somebody: PrincipalAccess, who: PrincipalAccess = kim) =>
  superiorityOf(somebody, { over: { access: who, roles }, roles, environments, granted: new Map([[shop.id, shop]]) });

describe('who holds more than somebody', () => {
  it.each([
    ['by their default role', aPrincipal('ada', { role: 'administrator' })],
    ['by a right alone', aPrincipal('eve', { role: 'auditor' })],
    ['in a team', aPrincipal('bob', { role: roleId('looker'), teams: { web: 'lead' } })],
    ['by a grant', aPrincipal('cem', { role: roleId('looker'), grants: { shop: 'lead' } })],
  ])('is found out: %s', (_where, somebody) => {
    expect(over(somebody)).toMatchObject({ kind: 'more-than-own' });
  });

  it('is nobody who holds as much or less', () => {
    expect(over(kim)).toBeUndefined();
    expect(over(aPrincipal('vic', { role: roleId('looker'), teams: { web: 'looker' } }))).toBeUndefined();
  });

  it('is nobody in a team where the other one holds it too', () => {
    const bob = aPrincipal('bob', { role: roleId('looker'), teams: { web: 'lead' } });
    const lena = aPrincipal('lena', { role: roleId('looker'), teams: { web: 'lead' } });

    expect(over(bob, lena)).toBeUndefined();
  });
});

describe('giving a role of a team', () => {
  it('is within what the giver holds there, which may be more than elsewhere', () => {
    const lena = aPrincipal('lena', { role: roleId('looker'), teams: { web: 'lead' } });
    const given = { role: lead, as: 'applications', environments } as const;

    expect(excessOf(lena, roles, { ...given, at: anyOf(shop.team) })).toBeUndefined();
    expect(excessOf(lena, roles, { ...given, at: anyOf(anApplication('x', 'data').team) })).toBeDefined();
    expect(excessOf(lena, roles, given)).toBeDefined();
  });

  it('counts environments that are made later', () => {
    const later = aRole('later', { inTypes: { staging: ['approve'] } });

    expect(excessOf(kim, roles, { role: later, as: 'default', environments: [] })).toMatchObject({
      capabilities: [{ capability: 'approve', environment: { type: 'staging' } }],
    });
  });
});
