import type { BuildId } from '@almanac/domain';
import type { Build, BuildReference } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/** Builds with all that a list shows of them. */
export function buildRows(db: Kysely<Tables>) {
  return db
    .selectFrom('builds')
    .innerJoin('applications', 'applications.id', 'builds.applicationId')
    .leftJoin('versions', 'versions.buildId', 'builds.id')
    .leftJoin('commits', (join) =>
      join.onRef('commits.applicationId', '=', 'builds.applicationId').onRef('commits.hash', '=', 'builds.commit'),
    )
    .select([
      'builds.id',
      'builds.applicationId',
      'applications.name as applicationName',
      'builds.number',
      'builds.jobId',
      'builds.state',
      'builds.branch',
      'builds.label',
      'builds.commit',
      'builds.requestedBy',
      'builds.createdAt',
      'builds.startedAt',
      'builds.endedAt',
      'builds.fault',
      'versions.number as version',
      'commits.subject',
      'commits.author',
    ]);
}

export type BuildRow = Awaited<ReturnType<ReturnType<typeof buildRows>['execute']>>[number];

export function presentBuild(row: BuildRow): Build {
  return {
    id: row.id,
    application: { id: row.applicationId, name: row.applicationName },
    number: row.number,
    state: row.state,
    branch: row.branch,
    commit: row.commit,
    subject: row.subject,
    author: row.author,
    label: row.label,
    version: row.version,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    fault: row.fault,
  };
}

/** How others mention builds. */
export async function referencesOf(
  db: Kysely<Tables>,
  builds: readonly (BuildId | null)[],
): Promise<ReadonlyMap<BuildId, BuildReference>> {
  const ids = [...new Set(builds.filter((each) => each !== null))];
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('builds')
    .leftJoin('versions', 'versions.buildId', 'builds.id')
    .select(['builds.id', 'builds.commit', 'builds.label', 'versions.number as version'])
    .where('builds.id', 'in', ids)
    .execute();
  return new Map(
    rows.map((row) => [row.id, { id: row.id, commit: row.commit ?? '', label: row.label, version: row.version }]),
  );
}
