import type { LdapConfiguration } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { addProvider } from './add.ts';
import { ldapChanged, ldapFrom } from './ldap-options.ts';

const given = (options: Readonly<Record<string, string | boolean>>) => ({ args: ['corp'], options });
const before: LdapConfiguration = {
  kind: 'ldap',
  server: 'ldaps://ldap.example.com',
  authority: 'as it is',
  bindDn: 'cn=almanac',
  people: {
    base: 'ou=people',
    filter: '(uid={name})',
    subject: 'entryUUID',
    name: 'uid',
    displayName: 'cn',
    email: 'mail',
  },
  groups: null,
};

describe('a directory on the command line', () => {
  it('is made of what is given; the rest is usual', async () => {
    const people = { bindDn: 'cn=almanac', peopleBase: 'ou=people', peopleFilter: '(cn={name})' };

    expect(await ldapFrom(given(people), 'ldaps://x')).toEqual({
      kind: 'ldap',
      server: 'ldaps://x',
      bindDn: 'cn=almanac',
      people: { base: 'ou=people', filter: '(cn={name})' },
    });
    expect(
      await ldapFrom(given({ ...people, subject: 'objectGUID', groupBase: 'ou=g', directGroups: true }), 'ldaps://x'),
    ).toMatchObject({ people: { subject: 'objectGUID' }, groups: { base: 'ou=g', nested: false } });
  });

  it('has no option that means something else for every command', () => {
    const globals = ['--server', '--token', '--json'];

    expect(addProvider.options?.filter(([written]) => globals.includes(written.split(' ')[0] ?? ''))).toEqual([]);
    expect(addProvider.options?.some(([written]) => written.startsWith('--ldap-server'))).toBe(true);
  });

  it('stays as it is where nothing is said', async () => {
    expect(await ldapChanged(given({}), before)).toEqual(before);
    expect(
      await ldapChanged(given({ peopleFilter: '(mail={name})', groupBase: 'ou=g', groupKey: 'entryUUID' }), before),
    ).toEqual({
      ...before,
      people: { ...before.people, filter: '(mail={name})' },
      groups: { base: 'ou=g', key: 'entryUUID' },
    });
  });

  it.each([
    [{ bindDn: 'cn=almanac' }, 'how people are found'],
    [{ bindDn: 'a=b', peopleBase: 'a=b', peopleFilter: '(a={name})', subject: 'mail' }, '--subject is one of'],
  ])('that cannot be is refused: %j', async (options, why) => {
    await expect(ldapFrom(given(options), 'ldaps://x')).rejects.toThrow(why);
  });

  it('has no way to say which groups count where there are none', async () => {
    await expect(ldapChanged(given({ groupFilter: '(a=b)' }), before)).rejects.toThrow('--group-base');
  });
});
