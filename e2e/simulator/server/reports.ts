import type { SiteId } from '@almanac/domain';
import type { Work } from '../kernel/kernel.ts';
import type { SiteReport } from '../site/messages.ts';
import type { World } from '../world.ts';
import { isOnline, offlineAfterMs } from './advance.ts';
import { wakePlansOf } from './jobs.ts';

/** Keeps the newest report of a site; plans are woken when it says something new, or when the site was away. */
export function* saveReport(world: World, given: { readonly site: SiteId; readonly report: SiteReport | null }): Work {
  const { database } = world;
  yield* database.transact({
    lock: `site:${given.site}`,
    decide: (now) => () => {
      const tables = database.tables();
      const row = tables.sites.get(given.site);
      if (row === undefined) return;
      const report = given.report ?? row.report;
      const changed = JSON.stringify(report) !== JSON.stringify(row.report);
      const returned = !isOnline(row.lastSeenAt, now);
      tables.sites.set(row.id, { ...row, report, lastSeenAt: now });
      world.story.count('report saved');
      if ((changed || returned) && !world.has('lost-wake-up')) wakePlansOf(world, row.environment);
    },
  });
}

/** Wakes the plans of sites that fell silent just now. */
export function* noteSilentSites(world: World): Work {
  const { database } = world;
  yield* database.transact({
    lock: null,
    decide: (now) => () => {
      for (const { lastSeenAt, environment } of database.tables().sites.values()) {
        const silence = lastSeenAt === null ? 0 : now - lastSeenAt;
        if (silence >= offlineAfterMs && silence < offlineAfterMs + 10_000) wakePlansOf(world, environment);
      }
    },
  });
}
