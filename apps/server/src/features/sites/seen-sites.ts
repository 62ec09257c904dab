import type { EnvironmentId, SiteId } from '@almanac/domain';
import { sql } from 'kysely';
import type { CommandContext, InTransaction } from '#platform/http';
import { recordSites } from './record-sites.ts';
import type { WakePlans } from './save-reports.ts';
import { offlineAfterSeconds } from './site.wire.ts';

/** Well below the time after which a site counts as offline, with its pings every 15 seconds. */
const writeEveryMs = 12_000;

/** Sites that were heard of since they were last written; a connection that lives counts as seen. */
export interface SeenSites {
  readonly note: (site: SiteId) => void;
  readonly forget: (site: SiteId) => void;
  /** Writes all of them at once. */
  readonly flush: (context: { readonly inTransaction: InTransaction }) => Promise<void>;
}

export function createSeenSites(wakePlans: WakePlans): SeenSites {
  const writtenAt = new Map<SiteId, number>();
  let seen = new Set<SiteId>();
  return {
    note: (site) => {
      if (performance.now() - (writtenAt.get(site) ?? Number.NEGATIVE_INFINITY) > writeEveryMs) seen.add(site);
    },
    forget: (site) => {
      writtenAt.delete(site);
    },
    flush: async (context) => {
      const sites = [...seen];
      if (sites.length === 0) return;
      seen = new Set();
      const at = performance.now();
      try {
        await context.inTransaction({ actor: { kind: 'system', name: 'server' }, action: null }, (command) =>
          writeSeen(command, { sites, wakePlans }),
        );
      } catch (error) {
        for (const site of sites) seen.add(site);
        throw error;
      }
      for (const site of sites) writtenAt.set(site, at);
    },
  };
}

/** A site that counted as offline is back: whoever waits for it is told. */
async function writeSeen(
  context: CommandContext,
  input: { readonly sites: readonly SiteId[]; readonly wakePlans: WakePlans },
): Promise<void> {
  const { rows: returned } = await sql<{ id: SiteId; environmentId: EnvironmentId }>`
    with held as (
      select id, coalesce(last_seen_at < now() - make_interval(secs => ${offlineAfterSeconds}), true) as was_offline
      from sites where id = any(${[...input.sites]}::uuid[]) order by id for update
    ), seen as (
      update sites set last_seen_at = now() from held where sites.id = held.id
      returning sites.id, sites.environment_id, held.was_offline)
    select id, environment_id from seen where was_offline`.execute(context.db);
  await recordSites(context, returned);
  for (const environment of new Set(returned.map((each) => each.environmentId)))
    await input.wakePlans(context, environment);
}
