import type { Health } from '@almanac/protocol';

/** What one site says of what a cell wants; `phase` is null before it acted on it. */
export interface SiteFacts {
  readonly name: string;
  readonly online: boolean;
  readonly phase: string | null;
  readonly message: string | null;
}

/** How a cell is drawn: the worst that any of its sites says, and why in a sentence. */
export function cellHealth(input: { readonly sites: readonly SiteFacts[]; readonly changing: boolean }): {
  readonly health: Health;
  readonly message: string | null;
} {
  const { sites } = input;
  if (sites.length === 0) return { health: 'unknown', message: 'it is placed on no site' };
  const online = sites.filter((each) => each.online);
  if (online.length === 0)
    return {
      health: 'offline',
      message: sites.length === 1 ? `${sites[0]?.name} is offline` : `all ${sites.length} sites are offline`,
    };
  const failed = online.find((each) => each.phase === 'failed');
  if (failed !== undefined) return { health: 'failed', message: sentence(failed) };
  const degraded = online.find((each) => each.phase === 'degraded');
  if (degraded !== undefined) return { health: 'warning', message: sentence(degraded) };
  if (input.changing) return { health: 'progressing', message: null };
  const moving = online.find((each) => each.phase !== 'healthy' && each.phase !== null);
  if (moving !== undefined) return { health: 'progressing', message: sentence(moving) };
  if (online.some((each) => each.phase === null)) return { health: 'waiting', message: 'its site has not begun yet' };
  return online.length < sites.length
    ? { health: 'warning', message: `${sites.length - online.length} of ${sites.length} sites are offline` }
    : { health: 'healthy', message: null };
}

function sentence(site: SiteFacts): string {
  return `${site.name}: ${site.message ?? site.phase}`;
}
