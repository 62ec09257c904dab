import { refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
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

/** The versions of releases, in the order of their applications. */
export async function versionsOf(db: Kysely<Tables>, releases: readonly string[]) {
  if (releases.length === 0) return [];
  return db
    .selectFrom('releaseVersions')
    .innerJoin('versions', 'versions.id', 'releaseVersions.versionId')
    .innerJoin('applications', 'applications.id', 'releaseVersions.applicationId')
    .select([
      'releaseVersions.releaseId',
      'releaseVersions.applicationId',
      'applications.name as applicationName',
      'versions.number',
      'versions.buildId',
    ])
    .where('releaseVersions.releaseId', 'in', releases as never)
    .orderBy('applications.name')
    .execute();
}
