import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScimGroup, scimGroupKey, scimGroupResource } from './group.ts';
import { applyScimPatch, readScimPatch } from './patch.ts';
import { codeOf } from './refusal-for-tests.ts';
import { scimGroupSchema, scimUserSchema } from './schema.ts';
import { readScimSelection, selectScimAttributes } from './select.ts';
import { readScimUser, scimDisplayName, scimEmail, scimUserResource } from './user.ts';

const dora = {
  schemas: [scimUserSchema.id],
  userName: 'dora@example.com',
  externalId: 'key-of-dora',
  displayName: 'Dora',
  name: { givenName: 'Dora', familyName: 'Maar' },
  emails: [{ value: 'dora@example.com', type: 'work', primary: true }],
  active: true,
};
const patchedUser = (operations: unknown, before: object = dora) =>
  readScimUser(
    applyScimPatch(scimUserSchema, scimUserResource(readScimUser(before)), readScimPatch({ Operations: operations })),
  );
const patchedMembers = (operations: unknown, members: readonly string[] = ['1', '2']) =>
  readScimGroup(
    applyScimPatch(
      scimGroupSchema,
      scimGroupResource({ displayName: 'web', externalId: null, members }),
      readScimPatch({ Operations: operations }),
    ),
  ).members;

describe('a patch of a person', () => {
  it.each<[string, unknown, object]>([
    ['Entra ID deactivates', [{ op: 'Replace', path: 'active', value: 'False' }], { active: false }],
    ['Okta deactivates', [{ op: 'replace', value: { active: false } }], { active: false }],
    [
      'Entra ID changes several attributes by paths as keys',
      [
        {
          op: 'replace',
          value: { displayName: 'D', 'name.familyName': 'M', 'emails[type eq "work"].value': 'd@x.com' },
        },
      ],
      {
        displayName: 'D',
        name: { formatted: null, givenName: 'Dora', familyName: 'M' },
        emails: [{ value: 'd@x.com', type: 'work', primary: true }],
      },
    ],
    [
      'Entra ID adds an address that is not there',
      [{ op: 'Add', path: 'emails[type eq "home"].value', value: 'h@x.com' }],
      {
        emails: [
          { value: 'dora@example.com', type: 'work', primary: true },
          { value: 'h@x.com', type: 'home', primary: false },
        ],
      },
    ],
    [
      'another address becomes the primary one',
      [
        { op: 'add', path: 'emails', value: [{ value: 'h@x.com', type: 'home' }] },
        { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
        { op: 'replace', path: 'emails[type eq "work"].primary', value: 'True' },
        { op: 'replace', path: 'emails[type eq "home"]', value: { primary: true } },
      ],
      {
        emails: [
          { value: 'dora@example.com', type: 'work', primary: false },
          { value: 'h@x.com', type: 'home', primary: true },
        ],
      },
    ],
    ['the same address twice is one', [{ op: 'add', path: 'emails', value: dora.emails }], { emails: dora.emails }],
    ['a name is removed', [{ op: 'remove', path: 'displayName' }], { displayName: null }],
    [
      'a part of a name is removed',
      [{ op: 'remove', path: 'NAME.givenname' }],
      { name: { formatted: null, givenName: null, familyName: 'Maar' } },
    ],
    ['addresses are removed by a filter', [{ op: 'remove', path: 'emails[value ew "example.com"]' }], { emails: [] }],
    [
      'the URN of the schema may stand before a name',
      [{ op: 'replace', path: `${scimUserSchema.id}:displayName`, value: 'D' }],
      { displayName: 'D' },
    ],
    [
      'what is not kept is passed over',
      [
        { op: 'add', path: 'title', value: 'Painter' },
        { op: 'add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'Art' },
        { op: 'add', path: 'addresses[type eq "work"].country', value: 'FR' },
        {
          op: 'replace',
          value: { nickName: 'D', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { a: 1 } },
        },
      ],
      {},
    ],
    [
      'what only we write is passed over in a whole resource',
      [{ op: 'replace', value: { id: '7', meta: {}, groups: [] } }],
      {},
    ],
  ])('%s', (_, operations, changes) => {
    expect(patchedUser(operations)).toEqual({ ...readScimUser(dora), ...changes });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'invalid-request'],
    ['no operation', [], 'invalid-request'],
    ['an operation of another name', [{ op: 'move', path: 'active' }], 'invalid-request'],
    ['text as an operation', ['replace'], 'invalid-request'],
    ['too many operations', Array.from({ length: 1001 }, () => ({ op: 'remove', path: 'title' })), 'too-large'],
    ['a remove without a path', [{ op: 'remove', value: { active: true } }], 'no-target'],
    ['a path that is none', [{ op: 'replace', path: 'emails[type eq', value: 'x' }], 'invalid-path'],
    ['a path that is an object', [{ op: 'replace', path: {}, value: 'x' }], 'invalid-path'],
    ['a filter for what has one value', [{ op: 'replace', path: 'name[givenName eq "x"]', value: {} }], 'invalid-path'],
    ['a part that an address has not', [{ op: 'remove', path: 'emails[street eq "x"]' }], 'invalid-path'],
    ['what only we write', [{ op: 'replace', path: 'id', value: '7' }], 'attribute-fixed'],
    ['groups at the person', [{ op: 'add', path: 'groups', value: [{ value: '1' }] }], 'attribute-fixed'],
    [
      'a filter that does not say what to make',
      [{ op: 'replace', path: 'emails[value co "zzz"].type', value: 'x' }],
      'no-target',
    ],
    ['a name that is a list', [{ op: 'replace', path: 'userName', value: ['x'] }], 'invalid-value'],
    ['no name', [{ op: 'remove', path: 'userName' }], 'invalid-value'],
    ['no key', [{ op: 'remove', path: 'externalId' }], 'invalid-value'],
    ['active by another word', [{ op: 'replace', path: 'active', value: 'no' }], 'invalid-value'],
    ['a control character', [{ op: 'replace', path: 'displayName', value: 'a\u001b[2Jb' }], 'invalid-value'],
    ['half a character', [{ op: 'replace', path: 'displayName', value: '\ud800' }], 'invalid-value'],
    ['a text that is too long', [{ op: 'replace', path: 'displayName', value: 'x'.repeat(256) }], 'invalid-value'],
    ['addresses as texts', [{ op: 'add', path: 'emails', value: ['a@x.com'] }], 'invalid-value'],
  ])('with %s is refused', (_, operations, code) => {
    expect(codeOf(() => patchedUser(operations))).toBe(code);
  });

  it('changes no prototype, whatever it names', () => {
    for (const path of ['__proto__', 'constructor.prototype', 'emails[__proto__ eq "x"]', 'name.__proto__'])
      codeOf(() => patchedUser([{ op: 'add', path, value: { polluted: true } }]));

    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a patch of a group', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['Entra ID adds', [{ op: 'Add', path: 'members', value: [{ $ref: null, value: '3' }] }], ['1', '2', '3']],
    ['Entra ID removes by value', [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: '1' }] }], ['2']],
    ['Okta removes by a filter', [{ op: 'remove', path: 'members[value eq "2"]' }], ['1']],
    ['Okta removes several', [{ op: 'remove', path: 'members[value eq "1" or value eq "2"]' }], []],
    ['somebody who is not there is removed', [{ op: 'remove', path: 'members[value eq "9"]' }], ['1', '2']],
    [
      'somebody who is there is added',
      [{ op: 'add', path: 'members', value: [{ value: '1', display: 'x' }] }],
      ['1', '2'],
    ],
    ['one is added without a list', [{ op: 'add', path: 'members', value: { value: '3' } }], ['1', '2', '3']],
    ['all are replaced', [{ op: 'replace', path: 'members', value: [{ value: '4' }] }], ['4']],
    ['all are replaced without a path', [{ op: 'replace', value: { members: [{ value: '4' }] } }], ['4']],
    ['all are removed', [{ op: 'remove', path: 'members' }], []],
  ])('%s', (_, operations, members) => {
    expect(patchedMembers(operations)).toEqual(members);
  });

  it('renames as Okta does it, with the key that we gave', () => {
    const before = { displayName: 'web', externalId: null, members: ['1'] };
    const operations = readScimPatch({ Operations: [{ op: 'replace', value: { id: 'g', displayName: 'net' } }] });

    expect(readScimGroup(applyScimPatch(scimGroupSchema, scimGroupResource(before), operations))).toEqual({
      ...before,
      displayName: 'net',
    });
  });

  it('comes to the members that adding and removing one after the other leaves', () => {
    const member = fc.constantFrom('1', '2', '3', '4');
    const step = fc.record({ op: fc.constantFrom('add', 'remove'), member, byFilter: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(member), fc.array(step, { minLength: 1 }), (before, steps) => {
        const expected = new Set(before);
        for (const { op, member: each } of steps)
          if (op === 'add') expected.add(each);
          else expected.delete(each);
        const operations = steps.map(({ op, member: each, byFilter }) =>
          op === 'remove' && byFilter
            ? { op, path: `members[value eq "${each}"]` }
            : { op, path: 'members', value: [{ value: each }] },
        );

        expect(new Set(patchedMembers(operations, before))).toEqual(expected);
      }),
    );
  });
});

describe('a resource', () => {
  it.each([
    [{ displayName: 'D' }, 'D'],
    [{ displayName: null, name: { formatted: 'D. Maar' } }, 'D. Maar'],
    [{ displayName: null, name: { givenName: 'Dora', familyName: 'Maar' } }, 'Dora Maar'],
    [{ displayName: null, name: null }, 'dora@example.com'],
  ])('of a person with %j is called %s', (given, called) => {
    expect(scimDisplayName(readScimUser({ ...dora, ...given }))).toBe(called);
  });

  it('shows the primary address, else the first', () => {
    const second = { value: 'b@x.com', primary: 'true' };
    expect(scimEmail(readScimUser({ ...dora, emails: [{ value: 'a@x.com' }, second] }))).toBe('b@x.com');
    expect(scimEmail(readScimUser({ ...dora, emails: [{ value: 'a@x.com' }] }))).toBe('a@x.com');
    expect(scimEmail(readScimUser({ ...dora, emails: null }))).toBeNull();
  });

  it('of a group is mapped by its key where it has one, since nobody chooses that, else by its name', () => {
    expect(scimGroupKey({ externalId: '8d1f', displayName: 'admins' })).toBe('8d1f');
    expect(scimGroupKey({ externalId: null, displayName: 'admins' })).toBe('admins');
  });

  it('is read the same however its names are written, and again after it was shown', () => {
    const shouted = Object.fromEntries(Object.entries(dora).map(([key, value]) => [key.toUpperCase(), value]));

    expect(readScimUser(shouted)).toEqual(readScimUser(dora));
    expect(readScimUser(scimUserResource(readScimUser(dora)))).toEqual(readScimUser(dora));
  });

  it.each([
    [{ attributes: 'userName,name.givenName' }, { id: '1', userName: 'dora@example.com', name: { givenName: 'Dora' } }],
    [{ attributes: 'EMAILS.VALUE' }, { id: '1', emails: [{ value: 'dora@example.com' }] }],
    [{ attributes: 'nothing' }, { id: '1' }],
    [
      { excludedAttributes: 'emails,name.familyName,externalId,active,displayName,id' },
      { id: '1', userName: 'dora@example.com', name: { givenName: 'Dora' } },
    ],
  ])('is sent as far as %j says', (given, sent) => {
    const resource = { id: '1', ...scimUserResource(readScimUser(dora)) };

    expect(selectScimAttributes(readScimSelection(scimUserSchema, given), resource)).toEqual(sent);
  });

  it('is not chosen from in two ways at once', () => {
    expect(codeOf(() => readScimSelection(scimUserSchema, { attributes: 'a', excludedAttributes: 'b' }))).toBe(
      'invalid-value',
    );
  });
});
