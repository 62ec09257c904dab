import { type BuildId, type EnvironmentId, type Stay, soakOf } from '@almanac/domain';
import type { Candidate } from '@almanac/domain/governance';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/**
 * Builds that are to be deployed to an environment, with their tests; where soak is asked for, with their time in the
 * environment before.
 */
export async function readCandidates(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly builds: readonly BuildId[];
    readonly now: Date;
    readonly soaking: boolean;
  },
): Promise<readonly Candidate[]> {
  if (input.builds.length === 0) return [];
  const rows = await db
    .selectFrom('builds')
    .innerJoin('applications', 'applications.id', 'builds.applicationId')
    .select([
      'builds.id',
      'builds.applicationId',
      'applications.name',
      'builds.number',
      'builds.branch',
      'builds.label',
      'builds.evidence',
      'builds.createdAt',
      'builds.endedAt',
    ])
    .where('builds.id', 'in', [...new Set(input.builds)])
    .execute();
  const { promotesFrom } = await db
    .selectFrom('environments')
    .select('promotesFrom')
    .where('id', '=', input.environment)
    .executeTakeFirstOrThrow();
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const stays =
      promotesFrom === null || !input.soaking ? [] : await readStays(db, { environment: promotesFrom, candidate: row });
    const ran = row.evidence.length > 0;
    candidates.push({
      application: row.name,
      build: row.id,
      label: row.label,
      builtAt: (row.endedAt ?? row.createdAt).getTime(),
      tests: ran
        ? {
            passed: row.evidence.reduce((sum, each) => sum + each.passed, 0),
            failed: row.evidence.reduce((sum, each) => sum + each.failed, 0),
          }
        : null,
      soak: soakOf(stays, input.now.getTime()),
    });
  }
  return candidates;
}

type CandidateBuild = Pick<Tables['builds'], 'applicationId' | 'branch' | 'number'>;

/** What an environment ran of an application, oldest first, as far back as it can matter. */
async function readStays(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly candidate: CandidateBuild },
): Promise<readonly Stay[]> {
  const { candidate } = input;
  const entries = await db
    .selectFrom('history')
    .select(['at', 'kind', 'beforeBuildId', 'afterBuildId'])
    .where('environmentId', '=', input.environment)
    .where('applicationId', '=', candidate.applicationId)
    .where('kind', 'in', ['deployed', 'removed', 'returned'])
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(500)
    .execute();
  const running = entries.toReversed().map((each) => ({
    at: each.at.getTime(),
    build: each.kind === 'deployed' ? each.afterBuildId : each.kind === 'removed' ? null : each.beforeBuildId,
  }));
  const ids = [...new Set(running.flatMap((each) => each.build ?? []))];
  const builds = new Map(
    ids.length === 0
      ? []
      : (await db.selectFrom('builds').select(['id', 'number', 'branch']).where('id', 'in', ids).execute()).map(
          (each) => [each.id, each] as const,
        ),
  );
  return running.flatMap(({ at, build }, index) => {
    if (build === null) return [];
    const known = builds.get(build);
    const inLine = known !== undefined && known.branch === candidate.branch && known.number >= candidate.number;
    return [{ build, inLine, from: at, until: running[index + 1]?.at ?? null }];
  });
}
