import { describe, expect, it } from 'vitest';
import { accountWords, arrivalWords, factsOf, movedUp, nextStep, originOf, stateOf } from './provider.view-model.ts';
import { directory, named, version } from './provider-for-tests.ts';

const tried = { ...version, triedAt: '2026-11-21T10:00:00.000Z' };

describe('a provider in words', () => {
  it.each([
    [{ enabled: false, active: null, draft: version }, 'to be tried', 'try'],
    [{ enabled: false, active: null, draft: tried }, 'to be activated', 'activate'],
    [{ enabled: true, active: version, draft: version }, 'in use', 'try'],
    [{ enabled: true, active: version, draft: null }, 'in use', null],
    [{ enabled: false, active: version, draft: null }, 'not in use', null],
  ] as const)('%#: %s', (given, word, step) => {
    expect(stateOf(given).word).toBe(word);
    expect(nextStep(given)).toBe(step);
  });

  it.each([
    [{ provisioning: 'off', defaultRole: null } as const, 'Nobody new: only accounts that are linked'],
    [
      { provisioning: 'everybody', defaultRole: named('viewer') } as const,
      'Everybody whom the provider lets in, as viewer',
    ],
    [{ provisioning: 'mapped', defaultRole: named('viewer') } as const, 'Whoever is in a group below, as viewer'],
  ])('lets in %j: %s', (given, words) => {
    expect(accountWords(given)).toBe(words);
  });

  const nothing = { why: null, account: null, defaultRole: null, memberships: [] };
  it.each<[Parameters<typeof arrivalWords>[0], string]>([
    [{ ...nothing, kind: 'refused', why: 'deactivated' }, 'Would be refused: the account is deactivated'],
    [{ ...nothing, kind: 'known', account: 'ada' }, 'Would be signed in as ada'],
    [
      {
        ...nothing,
        kind: 'provisioned',
        defaultRole: 'viewer',
        memberships: [{ team: 'web', role: 'developer' }],
      },
      'Would get a new account, as viewer, developer in web',
    ],
  ])('says of %j: %s', (arrival, words) => {
    expect(arrivalWords(arrival)).toBe(words);
  });
});

describe('a configuration in words', () => {
  it('says who knows people, and by what', () => {
    expect(originOf(version)).toEqual({ label: 'Issuer', text: 'https://login.example.com' });
    expect(originOf({ ...version, configuration: directory })).toEqual({
      label: 'Server',
      text: 'ldaps://ldap.example.com',
    });
    expect(originOf(null).text).toBe('');
    const words = (configuration: Parameters<typeof factsOf>[0]) =>
      factsOf(configuration).map(({ what, text, exact }) => [what, text, exact ? 'exactly' : 'in words']);
    expect(words(version.configuration)).toEqual([
      ['Client', 'almanac', 'exactly'],
      ['Scopes', 'openid profile groups', 'exactly'],
    ]);
    expect(words(directory)).toEqual([
      ['Certificate', 'by the authority that was given', 'in words'],
      ['Bind DN', 'cn=almanac', 'exactly'],
      ['People', 'ou=people', 'exactly'],
      ['Found by', '(uid={name})', 'exactly'],
      ['Key of a person', 'objectGUID', 'exactly'],
      ['Groups', 'ou=groups', 'exactly'],
      ['That count', '(objectClass=*)', 'exactly'],
      ['Groups in groups', 'do not count', 'in words'],
    ]);
  });
});

describe('the order of providers', () => {
  it.each([
    ['b', ['b', 'a', 'c']],
    ['c', ['a', 'c', 'b']],
    ['a', ['a', 'b', 'c']],
    ['x', ['a', 'b', 'c']],
  ])('with %s a place further up', (name, order) => {
    expect(movedUp(['a', 'b', 'c'], name)).toEqual(order);
  });
});
