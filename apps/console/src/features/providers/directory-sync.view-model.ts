import type { DirectorySync, ScimToken } from '@almanac/protocol';

/** Days before its end on which a token is to be replaced: a provider that is refused takes nobody out any more. */
const soonDays = 14;

/** How the sync stands, as a mark and a word. */
export function syncState(
  { tokens }: Pick<DirectorySync, 'tokens'>,
  now: number,
): { readonly health: 'healthy' | 'offline' | 'waiting'; readonly word: string } {
  const inUse = tokens.find((each) => !each.replaced);
  if (inUse === undefined) return { health: 'offline', word: tokens.length === 0 ? 'off' : 'ends soon' };
  if (endsSoon(inUse, now)) return { health: 'waiting', word: 'token ends soon' };
  return tokens.some((each) => each.lastUsedAt !== null)
    ? { health: 'healthy', word: 'on' }
    : { health: 'waiting', word: 'waits for the provider' };
}

function endsSoon({ expiresAt }: Pick<ScimToken, 'expiresAt'>, now: number): boolean {
  return new Date(expiresAt).getTime() - now < soonDays * 86_400_000;
}

/** What is to be known of a token beside its end. */
export function adviceFor(token: Pick<ScimToken, 'expiresAt' | 'replaced'>, now: number): string {
  if (token.replaced) return ' (was replaced)';
  return endsSoon(token, now) ? ' (replace it now)' : '';
}

/** When the provider was last here; null when it never was. */
export function lastHere({ tokens }: Pick<DirectorySync, 'tokens'>): string | null {
  return (
    tokens
      .flatMap((each) => each.lastUsedAt ?? [])
      .toSorted()
      .at(-1) ?? null
  );
}

/** How many people came, in words. */
export function peopleWords({ users, activeUsers }: Pick<DirectorySync, 'users' | 'activeUsers'>): string {
  if (users === 0) return 'Nobody yet';
  return users === activeUsers ? `${users}, all of them active` : `${users}, ${activeUsers} of them active`;
}

/** How many groups came, in words. */
export function groupWords({ groups, mappedGroups }: Pick<DirectorySync, 'groups' | 'mappedGroups'>): string {
  if (groups === 0) return 'None yet';
  return `${groups}, ${mappedGroups === 0 ? 'none' : mappedGroups} of them mapped to a role`;
}
