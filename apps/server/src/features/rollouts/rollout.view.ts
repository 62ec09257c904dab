import { type ApplicationId, type BuildId, type EnvironmentId, refuse, type SiteId } from '@almanac/domain';
import type { ReportedApplication, Rollout } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { referencesOf } from '#features/builds';
import { siteRows } from '#features/sites';
import { beyondScope, type ScopedDatabase } from '#scope';
import type { Tables } from '#tables';

interface Place {
  readonly environment: EnvironmentId;
  readonly application: ApplicationId;
}

/** The most sites that are shown one by one. */
const mostSites = 200;
const mostVerdicts = 100;

/** What an application should be in an environment now. */
export async function rolloutTarget(db: Kysely<Tables>, place: Place) {
  const found = await targetRows(db)
    .where('targets.environmentId', '=', place.environment)
    .where('targets.applicationId', '=', place.application)
    .executeTakeFirst();
  return found ?? refuse('not-found', 'the application does not run in this environment');
}

function targetRows(db: Kysely<Tables>) {
  return db
    .selectFrom('targets')
    .innerJoin('applications', 'applications.id', 'targets.applicationId')
    .innerJoin('environments', 'environments.id', 'targets.environmentId')
    .innerJoin('plans', 'plans.id', 'targets.planId')
    .select([
      'targets.operation',
      'targets.applicationId',
      'targets.environmentId',
      'targets.planId',
      'targets.buildId',
      'plans.number as planNumber',
      'applications.name as applicationName',
      'environments.name as environmentName',
    ]);
}

/** The rollout of what an application should be now, site by site. */
export async function readRollout(db: Kysely<Tables>, place: Place): Promise<Rollout> {
  const target = await rolloutTarget(db, place);
  const reported = await reportedSites(db, { ...place, site: null }, target.operation);
  const alone = await readSiteCommands(db, place, target.operation);
  const steps = reported.flatMap((each) => each.rollout ?? []);
  const builds = await referencesOf(db, [target.buildId, ...steps.flatMap((each) => [each.candidate, each.stable])]);
  const referenceOf = (build: BuildId | null | undefined) => (build == null ? null : (builds.get(build) ?? null));
  const sites = reported.map((each) => ({
    ...each,
    command: alone.get(each.site.id) ?? null,
    candidate: referenceOf(each.rollout?.candidate),
    stable: referenceOf(each.rollout?.stable),
  }));
  const present = sites.find((each) => each.rollout?.operation === target.operation);
  return {
    application: { id: target.applicationId, name: target.applicationName },
    environment: { id: target.environmentId, name: target.environmentName },
    operation: target.operation,
    plan: { id: target.planId, number: target.planNumber },
    candidate: referenceOf(target.buildId),
    stable: present?.stable ?? null,
    waits: sites.some((each) => each.rollout?.operation === target.operation && each.rollout.hold !== null),
    command: await readCommand(db, place, target.operation),
    sites,
    verdicts: await readVerdicts(db, place),
  };
}

/** The rollouts of an environment that take steps now. */
export async function readRollouts(db: ScopedDatabase, environment: EnvironmentId): Promise<Rollout[]> {
  const stepping = await db
    .selectFrom('targets')
    .innerJoin('siteApplications', (join) =>
      join
        .onRef('targets.applicationId', '=', 'siteApplications.applicationId')
        .onRef('targets.operation', '=', 'siteApplications.operation'),
    )
    .select('targets.applicationId')
    .distinct()
    .where('targets.environmentId', '=', environment)
    .where('siteApplications.phase', '=', 'stepping')
    .execute();
  const whole = beyondScope(db, 'the scope let these applications through');
  const found: Rollout[] = [];
  for (const { applicationId } of stepping)
    found.push(await readRollout(whole, { environment, application: applicationId }));
  return found;
}

/** What sites tell of an operation: one of them, or all. */
export async function reportedSites(
  db: Kysely<Tables>,
  place: Place & { readonly site: SiteId | null },
  operation: string,
): Promise<readonly Omit<Rollout['sites'][number], 'candidate' | 'stable' | 'command'>[]> {
  const { site } = place;
  const rows = await siteRows(db)
    .where('sites.environmentId', '=', place.environment)
    .$if(site !== null, (each) => each.where('sites.id', '=', site as SiteId))
    .select(
      sql<ReportedApplication | null>`jsonb_path_query_first(sites.report,
        '$.applications[*] ? (@.application.id == $application && @.operation == $operation)',
        jsonb_build_object('application', ${place.application}::text, 'operation', ${operation}::text))`.as('reported'),
    )
    .orderBy('sites.name')
    .limit(mostSites)
    .execute();
  return rows.flatMap(({ id, name, online, reported }) =>
    reported === null
      ? []
      : [
          {
            site: { id, name },
            online,
            phase: reported.phase,
            message: reported.message,
            rollout: reported.rollout,
          },
        ],
  );
}

async function readCommand(db: Kysely<Tables>, place: Place, operation: string): Promise<Rollout['command']> {
  const found = await db
    .selectFrom('rolloutCommands')
    .selectAll()
    .where('environmentId', '=', place.environment)
    .where('applicationId', '=', place.application)
    .where('operation', '=', operation)
    .executeTakeFirst();
  return found === undefined ? null : presentAsked(found);
}

/** What was asked of sites alone, by site. */
async function readSiteCommands(
  db: Kysely<Tables>,
  place: Place,
  operation: string,
): Promise<ReadonlyMap<SiteId, NonNullable<Rollout['command']>>> {
  const rows = await db
    .selectFrom('rolloutSiteCommands')
    .innerJoin('sites', 'sites.id', 'rolloutSiteCommands.siteId')
    .selectAll('rolloutSiteCommands')
    .where('sites.environmentId', '=', place.environment)
    .where('rolloutSiteCommands.applicationId', '=', place.application)
    .where('rolloutSiteCommands.operation', '=', operation)
    .execute();
  return new Map(rows.map((each) => [each.siteId, presentAsked(each)]));
}

function presentAsked(row: {
  readonly kind: NonNullable<Rollout['command']>['kind'];
  readonly byWhom: string;
  readonly reason: string;
  readonly at: Date;
}): NonNullable<Rollout['command']> {
  return { kind: row.kind, by: row.byWhom, reason: row.reason, at: row.at.toISOString() };
}

async function readVerdicts(db: Kysely<Tables>, place: Place): Promise<Rollout['verdicts']> {
  const rows = await db
    .selectFrom('rolloutVerdicts')
    .innerJoin('sites', 'sites.id', 'rolloutVerdicts.siteId')
    .selectAll('rolloutVerdicts')
    .select('sites.name as siteName')
    .where('rolloutVerdicts.applicationId', '=', place.application)
    .where('sites.environmentId', '=', place.environment)
    .orderBy('rolloutVerdicts.at', 'desc')
    .limit(mostVerdicts)
    .execute();
  return rows.map((row) => ({
    site: { id: row.siteId, name: row.siteName },
    operation: row.operation,
    name: row.name,
    run: row.run,
    verdict: row.verdict,
    reason: row.reason,
    at: row.at.toISOString(),
  }));
}
