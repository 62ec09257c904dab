import type { ApplicationId, SiteId } from '@almanac/domain';
import type { SiteReport } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { BackgroundContext } from '#platform/feature';
import type { Tables } from '#tables';

export interface ToldViolations {
  readonly site: SiteId;
  readonly report: Pick<SiteReport, 'applications'>;
}

const keptDays = 30;
/** Of one application on one site. */
const mostKept = 500;

/** Keeps what sites tell of violations, of many sites at once; what was told before counts once. */
export async function keepViolations(db: Kysely<Tables>, told: readonly ToldViolations[]): Promise<void> {
  const rows = told.flatMap(({ site, report }) =>
    report.applications.flatMap(({ application, violations }) =>
      (violations?.items ?? []).map((each) => ({
        ...each,
        site,
        application: application.id,
        run: violations?.since ?? '',
      })),
    ),
  );
  if (rows.length === 0) return;
  const column = <Key extends keyof (typeof rows)[number]>(key: Key) => rows.map((row) => row[key]);
  // An application may stand twice in a report, staged and running; of a row that stands twice the greater count is taken.
  await sql`
    insert into header_violations (site_id, application_id, run, directive, blocked, document, count, first_seen, last_seen)
    select told.site, told.application, told.run, told.directive, told.blocked, told.document, max(told.count),
      min(told.first_seen), max(told.last_seen)
    from unnest(${column('site')}::uuid[], ${column('application')}::uuid[], ${column('run')}::timestamptz[],
      ${column('directive')}::text[], ${column('blocked')}::text[], ${column('document')}::text[], ${column('count')}::bigint[],
      ${column('firstSeen')}::timestamptz[], ${column('lastSeen')}::timestamptz[])
      as told (site, application, run, directive, blocked, document, count, first_seen, last_seen)
    join sites on sites.id = told.site join applications on applications.id = told.application
    group by told.site, told.application, told.run, told.directive, told.blocked, told.document
    on conflict (application_id, site_id, run, directive, blocked, document)
    do update set count = excluded.count, last_seen = excluded.last_seen
    where header_violations.count < excluded.count`.execute(db);
}

/** What nobody saw for long goes, and of too many those that were seen longest ago. */
export async function forgetViolations({ db }: Pick<BackgroundContext, 'db'>): Promise<void> {
  await sql`delete from header_violations where last_seen < now() - make_interval(days => ${keptDays})`.execute(db);
  await sql`
    delete from header_violations as old using (
      select ctid, row_number() over (partition by application_id, site_id order by last_seen desc) as place
      from header_violations) as ranked
    where old.ctid = ranked.ctid and ranked.place > ${mostKept}`.execute(db);
}

/** A violation summed over the sites of an environment. */
export interface SummedViolation {
  readonly directive: string;
  readonly blocked: string;
  readonly document: string;
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly sites: number;
}

interface Place {
  readonly environment: string;
  readonly application: ApplicationId;
}

/** What was reported of an application in an environment, newest first, 200 at most. */
export async function readViolations(db: Kysely<Tables>, place: Place): Promise<readonly SummedViolation[]> {
  const { rows } = await sql<SummedViolation>`
    select directive, blocked, document, sum(count)::float8 as count, min(first_seen) as first_seen,
      max(last_seen) as last_seen, count(distinct site_id)::int as sites
    from header_violations
    where application_id = ${place.application}
      and site_id in (select id from sites where environment_id = ${place.environment})
    group by directive, blocked, document
    order by max(last_seen) desc, directive, blocked, document limit 200`.execute(db);
  return rows;
}

/** How many reports found no place at the sites of an environment, by what these said last. */
export async function readDropped(db: Kysely<Tables>, place: Place): Promise<number> {
  const { rows } = await sql<{ dropped: number }>`
    select coalesce(sum((told -> 'violations' ->> 'dropped')::float8), 0) as dropped
    from sites, jsonb_array_elements(report -> 'applications') as told
    where environment_id = ${place.environment} and told -> 'application' ->> 'id' = ${place.application}`.execute(db);
  return rows[0]?.dropped ?? 0;
}
