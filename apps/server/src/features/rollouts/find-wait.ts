import type { ApplicationId, EnvironmentId, Hold } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { referencesOf } from '#features/builds';
import type { Tables } from '#tables';

/** A decision that a rollout waits for, on one site or several. */
interface RolloutWait {
  readonly application: { readonly id: ApplicationId; readonly name: string };
  readonly environment: { readonly id: EnvironmentId; readonly name: string; readonly type: string };
  readonly plan: number;
  /** Of the version that is brought in. */
  readonly label: string | null;
  readonly sites: readonly string[];
  readonly cause: Hold['cause'];
  readonly reason: string;
  readonly step: string;
  readonly decides: string;
  readonly since: Date;
  readonly until: Date;
}

/** The most sites that are named. */
const mostSites = 20;

/** A wait as the first site told it; undefined when another version is on its way meanwhile, and nobody is asked any more. */
export async function findWait(
  db: Kysely<Tables>,
  asked: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly operation: string;
    readonly wait: string;
  },
): Promise<RolloutWait | undefined> {
  const rows = await db
    .selectFrom('rolloutWaits')
    .innerJoin('sites', 'sites.id', 'rolloutWaits.siteId')
    .innerJoin('environments', 'environments.id', 'sites.environmentId')
    .innerJoin('applications', 'applications.id', 'rolloutWaits.applicationId')
    .innerJoin('targets', (join) =>
      join
        .onRef('targets.environmentId', '=', 'sites.environmentId')
        .onRef('targets.applicationId', '=', 'rolloutWaits.applicationId')
        .onRef('targets.operation', '=', 'rolloutWaits.operation'),
    )
    .innerJoin('plans', 'plans.id', 'targets.planId')
    .selectAll('rolloutWaits')
    .select([
      'sites.name as siteName',
      'environments.name as environmentName',
      'environments.type as environmentType',
      'applications.name as applicationName',
      'plans.number as planNumber',
      'targets.buildId',
    ])
    .where('sites.environmentId', '=', asked.environment)
    .where('rolloutWaits.applicationId', '=', asked.application)
    .where('rolloutWaits.operation', '=', asked.operation)
    .where('rolloutWaits.wait', '=', asked.wait)
    .orderBy('rolloutWaits.since')
    .limit(mostSites)
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  const builds = await referencesOf(db, [first.buildId]);
  return {
    application: { id: first.applicationId, name: first.applicationName },
    environment: { id: asked.environment, name: first.environmentName, type: first.environmentType },
    plan: first.planNumber,
    label: first.buildId === null ? null : (builds.get(first.buildId)?.label ?? null),
    sites: rows.map((each) => each.siteName).toSorted(),
    cause: first.cause,
    reason: first.reason,
    step: first.step,
    decides: first.decides,
    since: first.since,
    until: first.until,
  };
}
