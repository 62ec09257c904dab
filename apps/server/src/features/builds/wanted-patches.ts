import type { ApplicationId } from '@almanac/domain';
import type { BuilderJob } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

type WantedPatches = NonNullable<Extract<BuilderJob['work'], { kind: 'build' }>['patches']>;

/**
 * The histories in which open hotfixes are looked for under other commits: from where each began to what environments
 * run now. Nothing is asked for an application without one, so that its builds cost what they always did.
 */
export async function wantedPatches(db: Kysely<Tables>, application: ApplicationId): Promise<WantedPatches> {
  const open = await db
    .selectFrom('hotfixes')
    .select(['baseCommit', 'tipCommit'])
    .where('applicationId', '=', application)
    .where('state', '=', 'open')
    .orderBy('number', 'desc')
    .limit(20)
    .execute();
  if (open.length === 0) return [];
  const running = await db
    .selectFrom('targets')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .select('builds.commit')
    .where('targets.applicationId', '=', application)
    .limit(19)
    .execute();
  const commits = running.flatMap((each) => each.commit ?? []);
  return open.map(({ baseCommit, tipCommit }) => ({ since: baseCommit, of: [...new Set([tipCommit, ...commits])] }));
}
