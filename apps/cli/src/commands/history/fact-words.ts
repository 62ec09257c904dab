import type { StateFact } from '@almanac/protocol';

/** A fact for people; of a secret only what tells it from others. */
export function factWords(fact: StateFact | null): string {
  if (fact === null) return '-';
  return fact.secret ? `(secret ${fact.text})` : fact.text;
}

/** What a fact is about, with the site where it is of one. */
export function placeOf(fact: { readonly key: string; readonly site: string | null }): string {
  return fact.site === null ? fact.key : `${fact.key} on ${fact.site}`;
}
