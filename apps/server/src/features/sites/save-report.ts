import type { EnvironmentId, SiteId } from '@almanac/domain';
import type { SiteReport } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** Wakes the plans of an environment; the feature that runs plans provides it. */
export type WakePlans = (context: CommandContext, environment: EnvironmentId) => Promise<void>;

/** Keeps what analyses came to; the feature that knows rollouts provides it. */
export type KeepVerdicts = (
  context: CommandContext,
  input: { readonly site: SiteId; readonly report: SiteReport },
) => Promise<void>;

/** What people and plans notice of a report; times and counters change all the while. */
function essence(report: SiteReport): string {
  const applications = report.applications.map(({ traffic: _, rollout, ...rest }) => ({
    ...rest,
    rollout: rollout === null ? null : { ...rollout, curves: null },
  }));
  return JSON.stringify([report.generation, applications, report.gateway, report.notices, report.capabilities]);
}

/** Keeps the newest report of a site; plans are woken when it says something new. */
export async function saveReport(
  context: CommandContext,
  input: {
    readonly site: SiteId;
    readonly report: SiteReport;
    readonly wakePlans: WakePlans;
    readonly keepVerdicts: KeepVerdicts;
  },
): Promise<void> {
  const { db } = context;
  const { report } = input;
  const site = await db
    .selectFrom('sites')
    .select(['id', 'environmentId', 'report', 'lastSeenAt'])
    .where('id', '=', input.site)
    .forUpdate()
    .executeTakeFirst();
  if (site === undefined) return;
  const changed = site.report === null || essence(site.report) !== essence(report);
  await db
    .updateTable('sites')
    .set({
      report: JSON.stringify(report),
      capabilities: JSON.stringify(report.capabilities),
      frontPort: report.gateway.frontPort,
      reportedAt: context.now,
      lastSeenAt: context.now,
      observedGeneration: report.generation,
      observedIncarnation: report.incarnation,
    })
    .where('id', '=', site.id)
    .execute();
  if (changed) {
    await saveApplications(context, { site: site.id, before: site.report?.applications ?? [], report });
    await input.keepVerdicts(context, { site: site.id, report });
  }
  const returned = site.lastSeenAt === null || context.now.getTime() - site.lastSeenAt.getTime() > 45_000;
  if (!changed && !returned) return;
  await context.record({ kind: 'site-changed', subject: { site: site.id, environment: site.environmentId } });
  await input.wakePlans(context, site.environmentId);
}

/** One row for each application that the site speaks of; only what differs from the report before is written. */
async function saveApplications(
  context: CommandContext,
  input: { readonly site: SiteId; readonly before: SiteReport['applications']; readonly report: SiteReport },
): Promise<void> {
  const { site } = input;
  const rowsOf = (applications: SiteReport['applications']) =>
    new Map(
      applications.map(({ application, operation, phase, message, drift }) => [
        `${application.id} ${operation}`,
        {
          siteId: site,
          applicationId: application.id,
          operation,
          phase,
          message,
          drift: drift?.healed === false ? drift.message : null,
          name: application.name,
        },
      ]),
    );
  const [before, after] = [rowsOf(input.before), rowsOf(input.report.applications)];
  for (const [key, { applicationId, operation }] of before) {
    if (after.has(key)) continue;
    await context.db
      .deleteFrom('siteApplications')
      .where('siteId', '=', site)
      .where('applicationId', '=', applicationId)
      .where('operation', '=', operation)
      .execute();
  }
  const fresh = [...after].filter(([key, row]) => {
    const known = before.get(key);
    return (
      known === undefined ||
      known.phase !== row.phase ||
      known.message !== row.message ||
      known.drift !== row.drift ||
      known.name !== row.name
    );
  });
  if (fresh.length === 0) return;
  await context.db
    .insertInto('siteApplications')
    .values(fresh.map(([, row]) => row))
    .onConflict((conflict) =>
      conflict.columns(['applicationId', 'siteId', 'operation']).doUpdateSet((excluded) => ({
        phase: excluded.ref('excluded.phase'),
        message: excluded.ref('excluded.message'),
        drift: excluded.ref('excluded.drift'),
        name: excluded.ref('excluded.name'),
      })),
    )
    .execute();
}

/** A connection that lives counts as seen even when there is nothing to report. */
export async function touchSite(context: { readonly db: Kysely<Tables> }, site: SiteId): Promise<void> {
  await sql`update sites set last_seen_at = now() where id = ${site} and (last_seen_at is null or last_seen_at < now() - interval '5 seconds')`.execute(
    context.db,
  );
}

/** The site has looked at everything that it has. */
export async function noteReconciled(context: { readonly db: Kysely<Tables> }, site: SiteId): Promise<void> {
  await sql`update sites set reconciled_at = now() where id = ${site}`.execute(context.db);
}
