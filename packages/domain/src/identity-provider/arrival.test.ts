import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ArrivalPolicy,
  decideArrival,
  type HeldMembership,
  type LinkedAccount,
  planMemberships,
} from './arrival.ts';

// Any text serves as a key here.
const key = <Kind>(text: string) => text as Kind;
type Role = ArrivalPolicy['mappings'][number]['role'];
type Team = HeldMembership['team'];
const [viewer, developer, administrator] = ['viewer', 'developer', 'administrator'].map((each) => key<Role>(each)) as [
  Role,
  Role,
  Role,
];
const [web, data] = ['web', 'data'].map((each) => key<Team>(each)) as [Team, Team];
const okta = key<NonNullable<HeldMembership['givenBy']>>('okta');
const other = key<NonNullable<HeldMembership['givenBy']>>('other');

const policy = (given: Partial<ArrivalPolicy> = {}): ArrivalPolicy => ({
  provisioning: 'everybody',
  defaultRole: viewer,
  mappings: [],
  ...given,
});
const account = (given: Partial<LinkedAccount> = {}): LinkedAccount => ({
  principal: key('ada'),
  active: true,
  defaultRole: viewer,
  givenRole: viewer,
  ...given,
});
const inGroups = (...groups: readonly string[]) => ({ groups });

describe('somebody whom nobody here is linked to', () => {
  it.each([
    { says: 'gets no account where nobody does', given: policy({ provisioning: 'off' }), why: 'no-account' },
    {
      says: 'gets none outside of mapped groups',
      given: policy({ provisioning: 'mapped' }),
      why: 'in-no-mapped-group',
    },
    { says: 'gets none without a role', given: policy({ defaultRole: null }), why: 'no-default-role' },
  ])('$says', ({ given, why }) => {
    expect(decideArrival(inGroups('everyone'), undefined, given)).toEqual({ kind: 'refused', why });
  });

  it('gets the default role where everybody gets an account', () => {
    expect(decideArrival(inGroups(), undefined, policy())).toEqual({
      kind: 'provisioned',
      defaultRole: viewer,
      memberships: [],
    });
  });

  it('gets what the groups give, where the first mapping that matches wins', () => {
    const mapped = policy({
      provisioning: 'mapped',
      mappings: [
        { group: 'g-1', team: web, role: developer },
        { group: 'g-2', team: web, role: viewer },
        { group: 'g-2', team: null, role: developer },
        { group: 'g-1', team: null, role: administrator },
        { group: 'g-9', team: data, role: developer },
      ],
    });

    expect(decideArrival(inGroups('g-2', 'g-1'), undefined, mapped)).toEqual({
      kind: 'provisioned',
      defaultRole: developer,
      memberships: [{ team: web, role: developer }],
    });
  });

  it.each(['ADMINS', 'admins ', 'admin', 'admins-of-nothing', 'x/admins', 'admins\u0000', 'аdmins'])(
    'is not in a group by a name that is only like it: %j',
    (group) => {
      const mapped = policy({
        provisioning: 'mapped',
        mappings: [{ group: 'admins', team: null, role: administrator }],
      });

      expect(decideArrival(inGroups(group), undefined, mapped)).toEqual({ kind: 'refused', why: 'in-no-mapped-group' });
    },
  );
});

describe('somebody whose identity is linked', () => {
  const mappings = [{ group: 'admins', team: null, role: administrator }];

  it('stays out while the account is deactivated', () => {
    expect(decideArrival(inGroups('admins'), account({ active: false }), policy({ mappings }))).toEqual({
      kind: 'refused',
      why: 'deactivated',
    });
  });

  it.each([
    { says: 'rises with a group', linked: account(), groups: ['admins'], becomes: administrator },
    {
      says: 'falls back without it',
      linked: account({ defaultRole: administrator, givenRole: administrator }),
      groups: [],
      becomes: viewer,
    },
    {
      says: 'keeps a role that was given by hand',
      linked: account({ defaultRole: developer }),
      groups: ['admins'],
      becomes: undefined,
    },
    {
      says: 'keeps the role of an account that was made by hand',
      linked: account({ givenRole: null }),
      groups: ['admins'],
      becomes: undefined,
    },
    { says: 'keeps a role that is right', linked: account(), groups: [], becomes: undefined },
  ])('$says', ({ linked, groups, becomes }) => {
    expect(decideArrival({ groups }, linked, policy({ mappings }))).toEqual({
      kind: 'known',
      principal: 'ada',
      defaultRole: becomes,
      memberships: [],
    });
  });

  it('is out when an account of mapped groups is in none of them any more, unless it was made by hand', () => {
    const mapped = policy({ provisioning: 'mapped', mappings });

    expect(decideArrival(inGroups(), account(), mapped)).toEqual({ kind: 'refused', why: 'in-no-mapped-group' });
    expect(decideArrival(inGroups(), account({ givenRole: null }), mapped)).toMatchObject({ kind: 'known' });
  });
});

describe('memberships that a provider gave', () => {
  const held: readonly HeldMembership[] = [
    { team: web, role: viewer, givenBy: okta },
    { team: data, role: viewer, givenBy: null },
  ];

  it.each([
    { says: 'are given', wanted: [{ team: key<Team>('mobile'), role: developer }, ...held], give: ['mobile'] },
    { says: 'are changed', wanted: [{ team: web, role: developer }], change: ['web'] },
    { says: 'are taken', wanted: [], take: ['web'] },
    { says: 'leave those by hand alone', wanted: [held[0], { team: data, role: administrator }] },
  ])('$says', ({ wanted, give = [], change = [], take = [] }) => {
    const changes = planMemberships(okta, held, wanted as never);

    expect(changes.give.map((each) => each.team)).toEqual(give);
    expect(changes.change.map((each) => each.team)).toEqual(change);
    expect(changes.take).toEqual(take);
  });

  it('never touch what is not theirs, and settle in one step', () => {
    const roles = fc.constantFrom(viewer, developer, administrator);
    const teams = fc.constantFrom(...['a', 'b', 'c', 'd'].map((each) => key<Team>(each)));
    const drawnHeld = fc.uniqueArray(
      fc.record({ team: teams, role: roles, givenBy: fc.constantFrom(null, okta, other) }),
      { selector: (each) => each.team },
    );
    const drawnWanted = fc.uniqueArray(fc.record({ team: teams, role: roles }), { selector: (each) => each.team });
    fc.assert(
      fc.property(drawnHeld, drawnWanted, (before, wanted) => {
        const { give, change, take } = planMemberships(okta, before, wanted);
        const changed = new Map(change.map((each) => [each.team, each.role]));
        const after = [
          ...before
            .filter((each) => !take.includes(each.team))
            .map((each) => ({ ...each, role: changed.get(each.team) ?? each.role })),
          ...give.map((each) => ({ ...each, givenBy: okta })),
        ];

        expect(after.filter((each) => each.givenBy !== okta)).toEqual(before.filter((each) => each.givenBy !== okta));
        expect(new Set(after.map((each) => each.team)).size).toBe(after.length);
        expect(planMemberships(okta, after, wanted)).toEqual({ give: [], change: [], take: [] });
      }),
    );
  });
});
