import type { ApplicationId, BuildId, EnvironmentId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { readCandidates } from '#features/governance';
import type { Tables } from '#tables';

/** So many builds of an application are looked at, and so many of them are offered. */
const looked = 20;
const offered = 5;

/**
 * Builds of an application that might come to an environment, newest first: those that succeeded and whose tests passed,
 * later than what runs there. What is in quarantine is none, and no hotfix: that is brought by its name.
 */
export async function eligibleBuilds(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    /** The build that runs there. */
    readonly later: BuildId | null;
    readonly barred: ReadonlySet<BuildId>;
    readonly now: Date;
  },
): Promise<readonly BuildId[]> {
  const { environment, application, later } = input;
  const { rows } = await sql<{ id: BuildId }>`
    select b.id from builds b
    where b.application_id = ${application} and b.state = 'succeeded'
      and b.number > coalesce((select number from builds where id = ${later}), 0)
      and not exists (select from hotfix_builds h where h.build_id = b.id)
    order by b.number desc limit ${looked}`.execute(db);
  if (rows.length === 0) return [];
  const candidates = await readCandidates(db, {
    environment,
    builds: rows.map((row) => row.id),
    now: input.now,
    requirements: { soak: null, tests: true },
  });
  const tested = new Set(
    candidates.flatMap(({ build, tests }) => (tests !== null && tests.passed > 0 && tests.failed === 0 ? [build] : [])),
  );
  return rows
    .map((row) => row.id)
    .filter((build) => tested.has(build) && !input.barred.has(build))
    .slice(0, offered);
}

/** Applications of which some build that succeeded provides a contract. */
export async function readProviders(db: Kysely<Tables>, contract: string): Promise<readonly ApplicationId[]> {
  const { rows } = await sql<{ id: ApplicationId }>`
    select distinct b.application_id as id from build_contracts c join builds b on b.id = c.build_id
    where c.contract = ${contract} and b.state = 'succeeded' order by 1`.execute(db);
  return rows.map((row) => row.id);
}
