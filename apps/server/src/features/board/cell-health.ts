import type { Health } from '@almanac/protocol';

/** A site and what it says, of those that say the same the first by name. */
export interface SaidBySite {
  readonly name: string;
  readonly words: string;
}

/** How the sites of a cell stand with what it wants, each counted once; counted by the database where there are many. */
export interface CellSites {
  readonly total: number;
  readonly offline: number;
  readonly converged: number;
  /** Online, and did not act on it yet. */
  readonly waiting: number;
  readonly first: string | null;
  readonly failed: SaidBySite | null;
  readonly degraded: SaidBySite | null;
  /** On its way. */
  readonly moving: SaidBySite | null;
}

/** How a cell is drawn: the worst that any of its sites says, and why in a sentence. */
export function cellHealth(input: { readonly sites: CellSites; readonly changing: boolean }): {
  readonly health: Health;
  readonly message: string | null;
} {
  const { sites } = input;
  const { total, offline, failed, degraded, moving } = sites;
  if (total === 0) return { health: 'unknown', message: 'it is placed on no site' };
  if (offline === total)
    return {
      health: 'offline',
      message: total === 1 ? `${sites.first} is offline` : `all ${total} sites are offline`,
    };
  if (failed !== null) return { health: 'failed', message: sentence(failed) };
  if (degraded !== null) return { health: 'warning', message: sentence(degraded) };
  if (input.changing) return { health: 'progressing', message: null };
  if (moving !== null) return { health: 'progressing', message: sentence(moving) };
  if (sites.waiting > 0) return { health: 'waiting', message: 'its site has not begun yet' };
  return offline > 0
    ? { health: 'warning', message: `${offline} of ${total} sites are offline` }
    : { health: 'healthy', message: null };
}

function sentence({ name, words }: SaidBySite): string {
  return `${name}: ${words}`;
}
