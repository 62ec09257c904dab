import { isNewerDesired } from '../site/desired-order.ts';

/** Which of the server's key sets is meant: a later number, or any of a server that was restored since. */
export interface KeySetOrder {
  readonly incarnation: number;
  readonly number: number;
}

/** What is signed of a set: no order can be taken for one, nor a set for an order. */
export function keySetText(payload: string): string {
  return `almanac-server-keys:${payload}`;
}

export function isNewerKeySet(next: KeySetOrder, current: KeySetOrder): boolean {
  return isNewerDesired(asDesired(next), asDesired(current));
}

function asDesired({ incarnation, number }: KeySetOrder) {
  return { incarnation, generation: number };
}

export interface KeySetQuestion {
  /** What the site has. */
  readonly known: KeySetOrder & { readonly trusted: readonly string[] };
  readonly offered: KeySetOrder & { readonly trusted: readonly string[] };
  /** Keys that the site trusts and that signed the offer. */
  readonly signedBy: readonly string[];
  /** The key that signed what the site goes by; null while it goes by nothing. */
  readonly inUse: string | null;
}

export type KeySetDecision =
  | { readonly kind: 'take' }
  /** It is what the site has: told again after each connection. */
  | { readonly kind: 'known' }
  | { readonly kind: 'refuse'; readonly why: string };

/** Whether a site takes over a set of the server's keys. */
export function decideKeySet({ known, offered, signedBy, inUse }: KeySetQuestion): KeySetDecision {
  if (signedBy.length === 0) return refused('was not signed by a key that this site trusts');
  if (offered.trusted.length === 0) return refused('was empty');
  if (isNewerKeySet(known, offered))
    return refused(`was older than the one that this site has (${words(offered)} after ${words(known)})`);
  if (!isNewerKeySet(offered, known))
    return isSame(offered.trusted, known.trusted)
      ? { kind: 'known' }
      : refused(`was another one than the one that this site has under the same number (${words(offered)})`);
  // What it goes by is verified again at each start: without its key the site would go by nothing.
  if (inUse !== null && !offered.trusted.includes(inUse))
    return refused(`lacked the key ${inUse}, which signed what this site goes by`);
  return { kind: 'take' };
}

function refused(why: string): KeySetDecision {
  return { kind: 'refuse', why: `a set of the server's keys ${why}` };
}

function words({ incarnation, number }: KeySetOrder): string {
  return `${incarnation}.${number}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
