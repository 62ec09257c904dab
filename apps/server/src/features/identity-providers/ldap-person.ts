import {
  accountStateAttributes,
  type DirectoryRefusal,
  type ExternalIdentity,
  filterForAnybody,
  filterForName,
  refusalOfEntry,
} from '@almanac/domain';
import type { LdapConfiguration } from '@almanac/protocol';
import { AndFilter, Filter, FilterParser } from 'ldapts';
import type { LdapConnection, LdapEntry } from './ldap-connection.ts';
import { groupsOf } from './ldap-groups.ts';
import { keyFilter, keyOf } from './ldap-key.ts';
import { ProviderFault } from './provider-fault.ts';
import type { ConfiguredProvider } from './provider-protocol.ts';
import { soundIdentity } from './sound-identity.ts';

/** Somebody as the directory has them. */
export interface LdapPerson {
  readonly entry: LdapEntry;
  readonly subject: string;
}

/** The only person whom a name means; what is typed is a value in a filter, and in nothing else. */
export async function findByName(
  connection: LdapConnection,
  { people }: LdapConfiguration,
  name: string,
): Promise<LdapPerson | DirectoryRefusal> {
  // Nobody is called by control characters, and directories disagree about them.
  if (/\p{C}/u.test(name)) return 'unknown';
  const filter = filterForName(people.filter, name, (value) => Filter.escape(value));
  return onlyOne(connection, people, FilterParser.parseString(filter));
}

/** The person with a key, as long as the filter would let anybody like them in. */
export async function findBySubject(
  connection: LdapConnection,
  { people }: LdapConfiguration,
  subject: string,
): Promise<LdapPerson | DirectoryRefusal> {
  const key = keyFilter(people.subject, subject);
  if (key === undefined) return 'unknown';
  const anybody = FilterParser.parseString(filterForAnybody(people.filter));
  return onlyOne(connection, people, new AndFilter({ filters: [key, anybody] }));
}

async function onlyOne(
  connection: LdapConnection,
  people: LdapConfiguration['people'],
  filter: Filter,
): Promise<LdapPerson | DirectoryRefusal> {
  const attributes = [people.subject, people.name, people.displayName, people.email, ...accountStateAttributes];
  const found = await connection.search({ base: people.base, filter, attributes, most: 1, more: 'cut' });
  const [entry, ...others] = found;
  if (entry === undefined) return 'unknown';
  if (others.length > 0) return 'ambiguous';
  const subject = keyOf(entry, people.subject);
  if (subject === undefined || entry.dn === '')
    throw new ProviderFault('provider', `an entry has not exactly one ${people.subject} that can be read`);
  return { entry, subject };
}

/** Why the entry itself keeps somebody out. */
export function refusalOfPerson({ entry }: LdapPerson, now: number): DirectoryRefusal | undefined {
  const state = accountStateAttributes.flatMap((name) => {
    const [value] = entry.valuesOf(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return refusalOfEntry(Object.fromEntries(state), now);
}

/** The person with their groups. */
export async function readIdentity(
  connection: LdapConnection,
  provider: Pick<ConfiguredProvider, 'id'> & { readonly configuration: LdapConfiguration },
  { entry, subject }: LdapPerson,
): Promise<ExternalIdentity> {
  const { people, groups } = provider.configuration;
  return soundIdentity({
    provider: provider.id,
    subject,
    name: entry.valuesOf(people.name)[0],
    displayName: entry.valuesOf(people.displayName)[0],
    email: entry.valuesOf(people.email)[0],
    groups: groups === null ? [] : await groupsOf(connection, groups, entry.dn),
  });
}
