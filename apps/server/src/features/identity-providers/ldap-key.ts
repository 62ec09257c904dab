import { bytesOfGuid, guidOf } from '@almanac/domain';
import { EqualityFilter } from 'ldapts';
import type { LdapEntry } from './ldap-connection.ts';

/** The key of an entry that never changes; undefined where it has none, or more than one. */
export function keyOf(entry: LdapEntry, attribute: string): string | undefined {
  const [value, ...more] = entry.valuesOf(attribute);
  if (value === undefined || more.length > 0) return undefined;
  if (Buffer.isBuffer(value)) return guidOf(value);
  // Bytes that happened to be text were read as text, and are no key any more.
  return attribute === 'objectGUID' ? undefined : value;
}

/** Finds the entry that has a key; undefined for what is no such key. */
export function keyFilter(attribute: string, key: string): EqualityFilter | undefined {
  if (attribute !== 'objectGUID') return new EqualityFilter({ attribute, value: key });
  const bytes = bytesOfGuid(key);
  return bytes === undefined ? undefined : new EqualityFilter({ attribute, value: Buffer.from(bytes) });
}
