import type { SecurityNumberView } from '@almanac/protocol';

const groups = [
  ['Passwords', /^(argon2id|password)-/],
  ['Sessions and proofs', /^(session|sessions|step-up|second-step|known-device|emergency)/],
  ['Second factors', /^(totp|wrong-codes|recovery)/],
  ['API tokens', /^token-/],
  ['Agents', /^enrolment-/],
  ['Providers', /^provider-/],
  ['Tries of one account from one address', /^account-and-address-/],
  ['Tries from one address', /^address-/],
  ['Tries of one account from everywhere', /^account-/],
  ['Tries of all together', /^server-/],
  ['Wrong codes of one account', /^code-/],
  ['Links and sealed credentials', /^link-/],
] as const;

export interface NumberGroup {
  readonly title: string;
  readonly numbers: readonly SecurityNumberView[];
}

/** Numbers under headings, each once and none left out. */
export function groupsOf(numbers: readonly SecurityNumberView[]): readonly NumberGroup[] {
  const titleOf = (name: string) => groups.find(([, pattern]) => pattern.test(name))?.[0] ?? 'Others';
  return [...groups.map(([title]) => title), 'Others']
    .map((title) => ({ title, numbers: numbers.filter((each) => titleOf(each.name) === title) }))
    .filter((each) => each.numbers.length > 0);
}

/** What is wrong with what was typed; null when it can be saved. */
export function faultOf({ least, most, bounds }: SecurityNumberView, typed: string): string | null {
  const value = Number(typed);
  if (typed.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return null;
  return `A whole number from ${least} to ${most}: ${bounds}`;
}
