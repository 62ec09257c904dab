import { hash } from 'node:crypto';
import type { ApplicationId, EnvironmentId, SiteId } from '@almanac/domain';
import type { SiteReport } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { keepViolations } from '#features/response-headers';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { recordSites } from './record-sites.ts';

/** Wakes the plans of an environment; the feature that runs plans provides it. */
export type WakePlans = (context: CommandContext, environment: EnvironmentId) => Promise<void>;

/** Keeps what analyses came to, and what waits for a person; the feature that knows rollouts provides it. */
export type KeepRollouts = (
  context: CommandContext,
  input: { readonly site: SiteId; readonly environment: EnvironmentId; readonly report: SiteReport },
) => Promise<void>;

export interface ArrivedReport {
  readonly site: SiteId;
  readonly report: SiteReport;
  /** Whether it says something that people and plans notice. */
  readonly isNews: boolean;
}

/** Digests of what was stored of a site, so that nothing is written for a report that says the same. */
export interface ReportDigests {
  /** What people and plans notice; times and counters change all the while. */
  readonly essence: string;
  /** The counters; of the disk whole gigabytes, because it changes all the while. */
  readonly counters: string;
}

export function digestsOf(report: SiteReport): ReportDigests {
  const { incarnation, generation, gateway, notices, capabilities } = report;
  const applications = report.applications.map(({ traffic: _, violations: __, rollout, ...rest }) => ({
    ...rest,
    rollout: rollout === null ? null : { ...rollout, curves: null },
  }));
  const disk = Math.round(report.disk.freeBytes / 1e9);
  return {
    essence: digest([incarnation, generation, applications, gateway, notices, capabilities]),
    counters: digest([
      disk,
      report.applications.map(({ traffic, violations, rollout }) => [traffic, violations, rollout?.curves ?? null]),
    ]),
  };
}

function digest(facts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(facts), 'base64');
}

/** Keeps the newest reports of sites, one of each; plans of an environment are woken once for all that is new there. */
export async function saveReports(
  context: CommandContext,
  input: {
    readonly arrived: readonly ArrivedReport[];
    readonly wakePlans: WakePlans;
    readonly keepRollouts: KeepRollouts;
  },
): Promise<void> {
  const arrived = newestOf(input.arrived);
  const { rows: saved } = await sql<{ id: SiteId; environmentId: EnvironmentId }>`
    with arrived as (
      select * from unnest(${arrived.map((each) => each.site)}::uuid[], ${arrived.map((each) => JSON.stringify(each.report))}::jsonb[],
        ${arrived.map((each) => each.report.gateway.frontPort)}::int[], ${arrived.map((each) => each.report.generation)}::int[],
        ${arrived.map((each) => each.report.incarnation)}::bigint[], ${arrived.map((each) => JSON.stringify(each.report.capabilities))}::jsonb[])
        as arrived (site, report, front_port, generation, incarnation, capabilities)
    ), held as (select id from sites where id in (select site from arrived) order by id for update)
    update sites set report = arrived.report, capabilities = arrived.capabilities, front_port = arrived.front_port, reported_at = ${context.now}::timestamptz,
      last_seen_at = ${context.now}::timestamptz, observed_generation = arrived.generation, observed_incarnation = arrived.incarnation
    from arrived, held where sites.id = arrived.site and held.id = sites.id
    returning sites.id, sites.environment_id`.execute(context.db);
  await keepViolations(context.db, arrived);
  const environmentOf = new Map(saved.map((row) => [row.id, row.environmentId]));
  // A site that was removed meanwhile has nothing to say any more.
  const news = arrived.flatMap(({ site, report, isNews }) => {
    const environment = environmentOf.get(site);
    return isNews && environment !== undefined ? [{ id: site, environmentId: environment, report }] : [];
  });
  await saveApplications(context.db, news);
  for (const { id, environmentId, report } of news)
    await input.keepRollouts(context, { site: id, environment: environmentId, report });
  await recordSites(context, news);
  for (const environment of new Set(news.map((each) => each.environmentId)))
    await input.wakePlans(context, environment);
}

/** The last one of each site; what an earlier one would have told is told with it. */
function newestOf(arrived: readonly ArrivedReport[]): readonly ArrivedReport[] {
  const newest = new Map<SiteId, ArrivedReport>();
  for (const each of arrived)
    newest.set(each.site, { ...each, isNews: each.isNews || newest.get(each.site)?.isNews === true });
  return [...newest.values()];
}

interface SaidOfApplication {
  readonly siteId: SiteId;
  readonly applicationId: ApplicationId;
  readonly operation: string;
  readonly phase: SiteReport['applications'][number]['phase'];
  readonly message: string | null;
  readonly drift: string | null;
  readonly name: string | null;
}

/** One row for each application that a site speaks of; only what differs from what it said before is written. */
async function saveApplications(
  db: Kysely<Tables>,
  news: readonly { readonly id: SiteId; readonly report: SiteReport }[],
): Promise<void> {
  if (news.length === 0) return;
  const said = new Map(news.flatMap(({ id, report }) => saidBy(id, report)).map((each) => [keyOf(each), each]));
  const kept = await db
    .selectFrom('siteApplications')
    .selectAll()
    .where((where) => where('siteId', '=', where.fn.any(where.val(news.map((each) => each.id)))))
    .execute();
  const known = new Map(kept.map((each) => [keyOf(each), each]));
  await deleteSaid(
    db,
    kept.filter((each) => !said.has(keyOf(each))),
  );
  await insertSaid(
    db,
    [...said].flatMap(([key, each]) => {
      const earlier = known.get(key);
      const same =
        earlier?.phase === each.phase &&
        earlier.message === each.message &&
        earlier.drift === each.drift &&
        earlier.name === each.name;
      return same ? [] : [each];
    }),
  );
}

function keyOf(each: Pick<SaidOfApplication, 'siteId' | 'applicationId' | 'operation'>): string {
  return `${each.siteId} ${each.applicationId} ${each.operation}`;
}

function saidBy(siteId: SiteId, report: SiteReport): readonly SaidOfApplication[] {
  return report.applications.map(({ application, operation, phase, message, drift }) => ({
    siteId,
    applicationId: application.id,
    operation,
    phase,
    message,
    drift: drift?.healed === false ? drift.message : null,
    name: application.name,
  }));
}

async function deleteSaid(db: Kysely<Tables>, gone: readonly SaidOfApplication[]): Promise<void> {
  if (gone.length === 0) return;
  await sql`
    delete from site_applications using unnest(${gone.map((each) => each.siteId)}::uuid[],
      ${gone.map((each) => each.applicationId)}::uuid[], ${gone.map((each) => each.operation)}::text[])
      as gone (site, application, operation)
    where site_id = gone.site and application_id = gone.application and site_applications.operation = gone.operation`.execute(
    db,
  );
}

async function insertSaid(db: Kysely<Tables>, fresh: readonly SaidOfApplication[]): Promise<void> {
  if (fresh.length === 0) return;
  await sql`
    insert into site_applications (site_id, application_id, operation, phase, message, drift, name)
    select * from unnest(${fresh.map((each) => each.siteId)}::uuid[], ${fresh.map((each) => each.applicationId)}::uuid[],
      ${fresh.map((each) => each.operation)}::text[], ${fresh.map((each) => each.phase)}::text[],
      ${fresh.map((each) => each.message)}::text[], ${fresh.map((each) => each.drift)}::text[], ${fresh.map((each) => each.name)}::text[])
    on conflict (application_id, site_id, operation)
    do update set phase = excluded.phase, message = excluded.message, drift = excluded.drift, name = excluded.name`.execute(
    db,
  );
}

/** The site has looked at everything that it has. */
export async function noteReconciled(context: { readonly db: Kysely<Tables> }, site: SiteId): Promise<void> {
  await sql`update sites set reconciled_at = now() where id = ${site}`.execute(context.db);
}
