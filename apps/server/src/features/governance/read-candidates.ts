import { type BuildId, type EnvironmentId, type Requirements, type Stay, soakOf } from '@almanac/domain';
import type { Candidate } from '@almanac/domain/governance';
import type { Evidence } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
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
    readonly requirements: Pick<Requirements, 'soak' | 'tests'>;
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
  const earlier = input.requirements.tests
    ? await readEarlierEvidence(db, input.builds)
    : new Map<BuildId, readonly Tests[]>();
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const stays =
      promotesFrom === null || input.requirements.soak === null
        ? []
        : await readStays(db, { environment: promotesFrom, candidate: row });
    const evidence = [...row.evidence, ...(earlier.get(row.id) ?? [])];
    candidates.push({
      application: row.name,
      build: row.id,
      label: row.label,
      builtAt: (row.endedAt ?? row.createdAt).getTime(),
      tests:
        evidence.length === 0
          ? null
          : {
              passed: evidence.reduce((sum, each) => sum + each.passed, 0),
              failed: evidence.reduce((sum, each) => sum + each.failed, 0),
            },
      soak: soakOf(stays, input.now.getTime()),
    });
  }
  return candidates;
}

type Tests = Pick<Evidence, 'passed' | 'failed'>;

/** A module that was not built again was tested when it was: its tests ran on the very same artifact. */
async function readEarlierEvidence(
  db: Kysely<Tables>,
  builds: readonly BuildId[],
): Promise<ReadonlyMap<BuildId, readonly Tests[]>> {
  const { rows } = await sql<{ build: BuildId; passed: number; failed: number }>`
    select distinct on (reused.build_id, reused.name)
      reused.build_id as build, (e.value ->> 'passed')::int as passed, (e.value ->> 'failed')::int as failed
    from build_modules reused
    join builds candidate on candidate.id = reused.build_id
    join build_modules built on built.digest = reused.digest and built.input_key = reused.input_key and not built.reused
    join builds earlier on earlier.id = built.build_id and earlier.application_id = candidate.application_id
    cross join lateral jsonb_array_elements(earlier.evidence) e
    where reused.build_id = any(${[...builds]}::uuid[]) and reused.reused and e.value ->> 'module' = built.name
    order by reused.build_id, reused.name, earlier.number desc`.execute(db);
  return Map.groupBy(rows, (each) => each.build);
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
