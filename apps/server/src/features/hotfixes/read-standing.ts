import {
  type ApplicationId,
  type EnvironmentId,
  environmentsBefore,
  type HotfixStanding,
  hotfixStanding,
  type Patches,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import { readCommitGraph } from '#features/builds';
import type { Tables } from '#tables';

/** What containment is decided by, of one application. */
export interface SourceKnowledge {
  readonly graph: Awaited<ReturnType<typeof readCommitGraph>>;
  readonly patches: Patches;
}

export async function readSource(db: Kysely<Tables>, application: ApplicationId): Promise<SourceKnowledge> {
  const [graph, rows] = await Promise.all([
    readCommitGraph(db, application),
    db.selectFrom('commitPatches').select(['commit', 'patch']).where('applicationId', '=', application).execute(),
  ]);
  return { graph, patches: new Map(rows.map((row) => [row.commit, row.patch])) };
}

/** The commit that each environment runs of an application. */
async function readRunning(
  db: Kysely<Tables>,
  application: ApplicationId,
): Promise<ReadonlyMap<EnvironmentId, string>> {
  const rows = await db
    .selectFrom('targets')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .select(['targets.environmentId', 'builds.commit'])
    .where('targets.applicationId', '=', application)
    .execute();
  return new Map(rows.flatMap((row) => (row.commit === null ? [] : [[row.environmentId, row.commit] as const])));
}

/** The environments before one on its path, nearest first. */
export async function readEarlier(db: Kysely<Tables>, environment: EnvironmentId): Promise<readonly EnvironmentId[]> {
  const rows = await db.selectFrom('environments').select(['id', 'promotesFrom']).execute();
  return environmentsBefore(environment, new Map(rows.map((row) => [row.id, row.promotesFrom])));
}

interface HotfixRow {
  readonly applicationId: ApplicationId;
  readonly environmentId: EnvironmentId;
  readonly baseCommit: string;
  readonly tipCommit: string;
}

/** Where the fixes of hotfixes are and where not yet; each application is read once. */
export async function readStandings<Row extends HotfixRow>(
  db: Kysely<Tables>,
  hotfixes: readonly Row[],
): Promise<ReadonlyMap<Row, HotfixStanding>> {
  const standings = new Map<Row, HotfixStanding>();
  for (const [application, own] of Map.groupBy(hotfixes, (each) => each.applicationId)) {
    const source = await readSource(db, application);
    const running = await readRunning(db, application);
    for (const each of own) {
      const standing = hotfixStanding({
        ...source,
        fix: { base: each.baseCommit, tip: each.tipCommit },
        environment: each.environmentId,
        earlier: await readEarlier(db, each.environmentId),
        running,
      });
      standings.set(each, standing);
    }
  }
  return standings;
}
