import { identityLimits } from '@almanac/domain';
import type { LdapConfiguration } from '@almanac/protocol';
import { Filter, FilterParser } from 'ldapts';
import type { LdapConnection, LdapEntry } from './ldap-connection.ts';
import { keyOf } from './ldap-key.ts';
import { ProviderFault } from './provider-fault.ts';
import { identityFaults } from './sound-identity.ts';

type Groups = NonNullable<LdapConfiguration['groups']>;

/** Active Directory says that it is one by this capability, and resolves chains of members by this rule. */
const windowsCapability = '1.2.840.113556.1.4.800';
const inChain = '1.2.840.113556.1.4.1941';

/** How deep groups in groups are followed, and how many are asked about in one search. */
const deepest = 12;
const perSearch = 50;

/**
 * The groups of a person, those in which they are by another group included. Groups that contain each other end by
 * themselves: each is asked about once.
 *
 * @throws {ProviderFault} when there are more than an identity may have
 */
export async function groupsOf(connection: LdapConnection, groups: Groups, person: string): Promise<readonly string[]> {
  const found = await membershipsOf(connection, groups, person);
  return found.map((group) => {
    const key = groups.key === 'dn' ? group.dn : keyOf(group, groups.key);
    if (key === undefined) throw new ProviderFault('provider', `the group ${group.dn} has no ${groups.key}`);
    return key;
  });
}

async function membershipsOf(
  connection: LdapConnection,
  groups: Groups,
  person: string,
): Promise<readonly LdapEntry[]> {
  if (!groups.nested) return search(connection, groups, memberFilter(groups, [person]));
  const root = await connection.root();
  if (root?.valuesOf('supportedCapabilities').includes(windowsCapability) === true)
    return search(connection, groups, memberFilter(groups, [person], inChain));
  return walk(connection, groups, person);
}

async function walk(connection: LdapConnection, groups: Groups, person: string): Promise<readonly LdapEntry[]> {
  const found = new Map<string, LdapEntry>();
  let members = [person];
  for (let depth = 0; members.length > 0; depth += 1) {
    if (depth === deepest)
      throw new ProviderFault('provider', `groups are nested deeper than ${deepest}: let a filter keep out some`);
    const above: LdapEntry[] = [];
    for (let from = 0; from < members.length; from += perSearch)
      above.push(...(await search(connection, groups, memberFilter(groups, members.slice(from, from + perSearch)))));
    const before = found.size;
    for (const group of above) found.set(group.dn.toLowerCase(), group);
    if (found.size > identityLimits.groups) throw new ProviderFault('provider', identityFaults['too-many-groups']);
    members = [...found.values()].slice(before).map((group) => group.dn);
  }
  return [...found.values()];
}

function search(connection: LdapConnection, groups: Groups, filter: string): Promise<readonly LdapEntry[]> {
  const attributes = groups.key === 'dn' ? ['1.1'] : [groups.key];
  return connection.search({
    base: groups.base,
    filter: FilterParser.parseString(filter),
    attributes,
    most: identityLimits.groups,
    more: 'fault',
  });
}

/** Groups that list one of some members, which are values in a filter, whatever characters are in them. */
export function memberFilter(
  groups: Pick<Groups, 'filter' | 'member'>,
  members: readonly string[],
  rule?: string,
): string {
  const matching = rule === undefined ? '' : `:${rule}:`;
  const each = members.map((dn) => `(${groups.member}${matching}=${Filter.escape(dn)})`).join('');
  return `(&${groups.filter}(|${each}))`;
}
