import { type ReleaseId, refuse } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

/** The release with a name or key, with its versions in the order of their applications. */
export async function findRelease(db: Kysely<Tables>, reference: string) {
  const column = z.uuid().safeParse(reference).success ? 'id' : 'name';
  const release = await db
    .selectFrom('releases')
    .selectAll()
    .where((where) => where(column, '=', reference as never))
    .executeTakeFirst();
  if (release === undefined) return refuse('not-found', `there is no release ${reference}`);
  return { ...release, versions: await versionsOf(db, [release.id]) };
}

/**
 * The versions of releases, in the order of their applications; `usable` where the application is still there and the
 * build can be deployed. An application goes by its name of today, and by its last one when it is gone.
 */
export async function versionsOf(db: Kysely<Tables>, releases: readonly ReleaseId[]) {
  if (releases.length === 0) return [];
  return db
    .selectFrom('releaseVersions')
    .leftJoin('applications', 'applications.id', 'releaseVersions.applicationId')
    .leftJoin('builds', 'builds.id', 'releaseVersions.buildId')
    .select([
      'releaseVersions.releaseId',
      'releaseVersions.applicationId',
      sql<string>`coalesce(applications.name, release_versions.application_name)`.as('applicationName'),
      'releaseVersions.number',
      'releaseVersions.buildId',
      sql<boolean>`applications.id is not null`.as('known'),
      sql<boolean>`applications.id is not null and builds.state is not distinct from 'succeeded'`.as('usable'),
    ])
    .where('releaseVersions.releaseId', 'in', releases)
    .orderBy('applicationName')
    .execute();
}

export type ReleaseVersion = Awaited<ReturnType<typeof versionsOf>>[number];
