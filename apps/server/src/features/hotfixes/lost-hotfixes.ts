import { type ApplicationId, type BuildId, type EnvironmentId, lostFixes } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { readSource } from './read-standing.ts';

/** One build of an application in the place of another. */
interface Move {
  readonly application: ApplicationId;
  readonly before: BuildId;
  readonly after: BuildId;
}

/** The open hotfixes that would be lost by moves, by application; each as its number with its branch. */
export async function lostHotfixes(
  db: Kysely<Tables>,
  moves: readonly Move[],
): Promise<ReadonlyMap<ApplicationId, readonly string[]>> {
  if (moves.length === 0) return new Map();
  const open = await db
    .selectFrom('hotfixes')
    .select(['applicationId', 'number', 'branch', 'baseCommit as base', 'tipCommit as tip'])
    .where(
      'applicationId',
      'in',
      moves.map((each) => each.application),
    )
    .where('state', '=', 'open')
    .orderBy('number')
    .execute();
  const lost = new Map<ApplicationId, readonly string[]>();
  for (const move of moves) {
    const fixes = open.filter((each) => each.applicationId === move.application);
    if (fixes.length > 0) lost.set(move.application, await lostBy(db, { move, fixes }));
  }
  return lost;
}

async function lostBy(
  db: Kysely<Tables>,
  input: {
    readonly move: Move;
    readonly fixes: readonly {
      readonly number: number;
      readonly branch: string;
      readonly base: string;
      readonly tip: string;
    }[];
  },
): Promise<readonly string[]> {
  const { move, fixes } = input;
  const builds = await db
    .selectFrom('builds')
    .select(['id', 'commit'])
    .where('id', 'in', [move.before, move.after])
    .execute();
  const commitOf = (id: BuildId) => builds.find((each) => each.id === id)?.commit ?? null;
  const [before, after] = [commitOf(move.before), commitOf(move.after)];
  if (before === null || after === null) return [];
  const source = await readSource(db, move.application);
  return lostFixes({ ...source, fixes, before, after }).map(({ number, branch }) => `${number} (${branch})`);
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
