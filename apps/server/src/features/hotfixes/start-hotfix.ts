import { actorName, type HotfixId, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { queueJob } from '#features/jobs';
import type { CommandContext } from '#platform/http';
import { readEarlier } from './read-standing.ts';

/** Starts a hotfix of what an environment runs; a builder makes its branch. */
export async function startHotfix(
  context: CommandContext,
  input: {
    readonly application: string;
    readonly environment: string;
    readonly branch: string | undefined;
    readonly notes: string;
  },
): Promise<HotfixId> {
  const { db } = context;
  const application = await findApplication(db, input.application);
  const environment = await findEnvironment(db, input.environment);
  const running = await db
    .selectFrom('targets')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .select(['builds.id', 'builds.commit', 'builds.label'])
    .where('targets.applicationId', '=', application.id)
    .where('targets.environmentId', '=', environment.id)
    .executeTakeFirst();
  if (running === undefined || running.commit === null)
    return refuse('nothing-to-do', `${application.name} does not run in ${environment.name}; there is nothing to mend`);
  if ((await readEarlier(db, environment.id)).length === 0)
    return refuse(
      'nothing-to-do',
      `nothing comes before ${environment.name} on its path; commit the fix and deploy it as ever`,
    );
  const branch = input.branch ?? `hotfix/${running.label}`;
  if (branch === application.branch)
    return refuse('invalid-request', `${branch} is the branch of ${application.name} itself; a hotfix has its own`);
  const same = await db
    .selectFrom('hotfixes')
    .select('number')
    .where('applicationId', '=', application.id)
    .where('branch', '=', branch)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (same !== undefined)
    return refuse(
      'name-taken',
      `hotfix ${same.number} of ${application.name} is open on ${branch}; name another --branch`,
    );
  const branchJobId = await queueJob(context, {
    applicationId: application.id,
    work: {
      kind: 'branch',
      source: { repository: application.repository, branch, manifestPath: application.manifestPath },
      commit: running.commit,
    },
  });
  const { rows } = await sql<{ number: number }>`select nextval('hotfix_numbers')::int as number`.execute(db);
  const id: HotfixId = context.newId();
  await db
    .insertInto('hotfixes')
    .values({
      id,
      number: rows[0]?.number ?? 0,
      applicationId: application.id,
      environmentId: environment.id,
      branch,
      baseBuildId: running.id,
      baseCommit: running.commit,
      tipCommit: running.commit,
      branchState: 'asked',
      branchDetail: null,
      branchJobId,
      state: 'open',
      polledAt: null,
      notes: input.notes,
      startedBy: actorName(context.actor),
      startedAt: context.now,
      closedAt: null,
      closedReason: null,
    })
    .execute();
  await context.record({ kind: 'hotfix-changed', subject: { hotfix: id, application: application.id, state: 'open' } });
  context.audit({
    subject: `application:${application.name}`,
    detail: { environment: environment.name, branch, base: running.label },
  });
  return id;
}
