import { type ApplicationId, type BuildId, type EnvironmentId, lostFixes } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { readSource } from './read-standing.ts';

/** The open hotfixes that an environment would lose, were one build of an application to take the place of another. */
export async function lostHotfixes(
  db: Kysely<Tables>,
  input: { readonly application: ApplicationId; readonly before: BuildId; readonly after: BuildId },
): Promise<readonly { readonly number: number; readonly branch: string }[]> {
  const { application } = input;
  const open = await db
    .selectFrom('hotfixes')
    .select(['number', 'branch', 'baseCommit as base', 'tipCommit as tip'])
    .where('applicationId', '=', application)
    .where('state', '=', 'open')
    .orderBy('number')
    .execute();
  if (open.length === 0) return [];
  const builds = await db
    .selectFrom('builds')
    .select(['id', 'commit'])
    .where('id', 'in', [input.before, input.after])
    .execute();
  const commitOf = (id: BuildId) => builds.find((each) => each.id === id)?.commit ?? null;
  const [before, after] = [commitOf(input.before), commitOf(input.after)];
  if (before === null || after === null) return [];
  const source = await readSource(db, application);
  return lostFixes({ ...source, fixes: open, before, after }).map(({ number, branch }) => ({ number, branch }));
}

/** Whether one of the builds is of a hotfix for this environment: a fact that policies may look at. */
export async function bringsHotfix(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly builds: readonly BuildId[] },
): Promise<boolean> {
  if (input.builds.length === 0) return false;
  const found = await db
    .selectFrom('hotfixBuilds')
    .innerJoin('hotfixes', 'hotfixes.id', 'hotfixBuilds.hotfixId')
    .select('hotfixes.id')
    .where('hotfixBuilds.buildId', 'in', [...input.builds])
    .where('hotfixes.environmentId', '=', input.environment)
    .where('hotfixes.state', '=', 'open')
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
