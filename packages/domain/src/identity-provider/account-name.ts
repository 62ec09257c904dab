import { nameMaxLength } from '../identity/name.ts';

/** Names under which the system itself stands in records. */
const reserved = new Set(['almanac', 'anonymous', 'builder', 'launcher', 'server', 'system']);

/** Room for a number behind a name that is taken. */
const suffixLength = 5;

/**
 * A free name for the account of somebody who comes from a provider. What they wish is made readable; whoever wishes for the
 * name of somebody else gets another one.
 *
 * @param wish A user name or an address, whose part behind the @ is left away
 */
export function accountName(wish: string | null, taken: ReadonlySet<string>): string {
  const base = readable(wish ?? '');
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name) && !reserved.has(name)) return name;
  }
}

/** The beginning that all names share which `accountName` can give for a wish. */
export function readable(wish: string): string {
  const plain = (wish.split('@')[0] ?? '').normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
  const named = words === '' ? 'person' : /^[a-z]/.test(words) ? words : `person-${words}`;
  return named.slice(0, nameMaxLength - suffixLength).replace(/-$/, '');
}
