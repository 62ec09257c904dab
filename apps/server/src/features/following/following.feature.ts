import type { ApplicationId, BuildId, Plan as DomainPlan, EnvironmentId, PlanId } from '@almanac/domain';
import { decideCancel } from '@almanac/domain';
import type { Environment } from '@almanac/protocol';
import { sql } from 'kysely';
import { accessOf } from '#features/authorization';
import { requestBuild } from '#features/builds';
import { isHeld } from '#features/holds';
import { type JobListener, queueJob } from '#features/jobs';
import { createPlan, startPlan } from '#features/plans';
import type { RefreshDocuments } from '#features/sites';
import type { Feature } from '#platform/feature';
import type { CommandContext } from '#platform/http';

const follower = { kind: 'system', name: 'following' } as const;

/** How often a branch that somebody follows is looked at. */
const pollSeconds = 10;

/** Branches that environments follow: looked at from time to time, built when they moved, deployed when built. */
export function followingFeature(refreshDocuments: RefreshDocuments): Feature {
  return {
    name: 'following',
    endpoints: [],
    periodics: [
      {
        name: 'start-waiting-drafts',
        everyMs: 2000,
        run: async ({ inTransaction }) =>
          inTransaction({ actor: follower, action: null }, (context) => startWaitingDrafts(context, refreshDocuments)),
      },
      {
        name: 'poll-branches',
        everyMs: 2000,
        run: async ({ inTransaction }) => {
          await inTransaction({ actor: follower, action: null }, async (context) => {
            const due = await context.db
              .selectFrom('applications')
              .selectAll()
              .where(sql<boolean>`(polled_at is null or polled_at < now() - make_interval(secs => ${pollSeconds}))`)
              .where(sql<boolean>`exists (select 1 from environments where following ->> 'kind' <> 'none')`)
              .where(
                sql<boolean>`not exists (select 1 from jobs where jobs.application_id = applications.id and kind in ('resolve', 'build') and jobs.state in ('queued', 'running'))`,
              )
              .orderBy('polledAt')
              .limit(10)
              .forNoKeyUpdate()
              .skipLocked()
              .execute();
            for (const application of due) {
              const { repository, branch, manifestPath } = application;
              await context.db
                .updateTable('applications')
                .set({ polledAt: context.now })
                .where('id', '=', application.id)
                .execute();
              await queueJob(context, {
                applicationId: application.id,
                work: { kind: 'resolve', source: { repository, branch, manifestPath } },
              });
            }
          });
        },
      },
      {
        name: 'forget-looked-up-branches',
        everyMs: 60_000,
        run: async ({ db }) => {
          await sql`delete from jobs where kind = 'resolve' and state = 'ended' and ended_at < now() - interval '10 minutes'`.execute(
            db,
          );
        },
      },
    ],
  };
}

/** A draft that waited for something of another application, such as a contract, starts when that has come. */
async function startWaitingDrafts(context: CommandContext, refreshDocuments: RefreshDocuments): Promise<void> {
  const drafts = await context.db
    .selectFrom('plans')
    .select(['id', 'body', 'revision', 'environmentId'])
    .where('origin', '=', 'following')
    .where('state', '=', 'draft')
    .orderBy('number')
    .limit(50)
    .execute();
  for (const draft of drafts) {
    if (await wantsHeldCommit(context, draft.body))
      await dropPlan(context, { ...draft, reason: 'somebody went back from this commit here' });
    else
      await startPlan(context, {
        plan: draft.id,
        note: 'started because what it waited for has come',
        refreshDocuments,
      });
  }
}

async function wantsHeldCommit(context: CommandContext, plan: DomainPlan): Promise<boolean> {
  for (const { application, after } of plan.operations) {
    if (after === null) continue;
    const build = await context.db
      .selectFrom('builds')
      .select('commit')
      .where('id', '=', after.build)
      .executeTakeFirst();
    if (await isHeld(context.db, { environment: plan.environment, application, commit: build?.commit ?? null }))
      return true;
  }
  return false;
}

/** Builds a branch that moved, and deploys what was built where its branch is followed. */
export function followBranches(refreshDocuments: RefreshDocuments): JobListener {
  return async (context, { job, result, build }) => {
    if (result.kind === 'resolved' && job.applicationId !== null && job.work.kind === 'resolve') {
      await buildWhatMoved(context, {
        application: job.applicationId,
        branch: job.work.source.branch,
        commit: result.commit,
      });
    }
    if (result.kind === 'built' && build !== null) await deployWhatIsFollowed(context, { build, refreshDocuments });
  };
}

async function buildWhatMoved(
  context: CommandContext,
  input: { readonly application: ApplicationId; readonly branch: string; readonly commit: string },
): Promise<void> {
  const application = await context.db
    .selectFrom('applications')
    .select(['headCommit', 'branch'])
    .where('id', '=', input.application)
    .executeTakeFirst();
  if (application === undefined || application.headCommit === input.commit || application.branch !== input.branch)
    return;
  await context.db
    .updateTable('applications')
    .set({ headCommit: input.commit })
    .where('id', '=', input.application)
    .execute();
  const known = await context.db
    .selectFrom('builds')
    .select('id')
    .where('applicationId', '=', input.application)
    .where('commit', '=', input.commit)
    .executeTakeFirst();
  if (known === undefined)
    await requestBuild(context, {
      application: input.application,
      branch: input.branch,
      commit: input.commit,
      requestedBy: 'following',
    });
}

async function deployWhatIsFollowed(
  context: CommandContext,
  input: { readonly build: BuildId; readonly refreshDocuments: RefreshDocuments },
): Promise<void> {
  const { db } = context;
  const build = await db
    .selectFrom('builds')
    .innerJoin('applications', 'applications.id', 'builds.applicationId')
    .select([
      'builds.id',
      'builds.number',
      'builds.branch',
      'builds.commit',
      'builds.label',
      'applications.id as application',
      'applications.name',
      'applications.branch as ownBranch',
    ])
    .where('builds.id', '=', input.build)
    .executeTakeFirstOrThrow();
  if (build.branch === build.ownBranch)
    await db
      .updateTable('applications')
      .set({ headCommit: build.commit })
      .where('id', '=', build.application)
      .execute();
  // An older build that ends later must not replace a newer one.
  const newer = await db
    .selectFrom('builds')
    .select('id')
    .where('applicationId', '=', build.application)
    .where('branch', '=', build.branch)
    .where('state', '=', 'succeeded')
    .where('number', '>', build.number)
    .executeTakeFirst();
  if (newer !== undefined) return;
  const environments = await db
    .selectFrom('environments')
    .select(['id', 'name', 'following', 'followingSetBy'])
    .orderBy('position')
    .execute();
  for (const environment of environments.filter((each) => follows(each.following, build))) {
    const running = await db
      .selectFrom('targets')
      .select('buildId')
      .where('environmentId', '=', environment.id)
      .where('applicationId', '=', build.application)
      .executeTakeFirst();
    if (running?.buildId === build.id) continue;
    // Somebody went back from this commit here: only a person brings it again.
    if (await isHeld(db, { environment: environment.id, application: build.application, commit: build.commit }))
      continue;
    await dropQueued(context, { environment: environment.id, application: build.application });
    const system: CommandContext = { ...context, actor: follower, access: accessOf(follower) };
    const plan = await createPlan(system, {
      environment: environment.id,
      operations: [{ kind: 'deploy', application: build.application, source: { kind: 'build', build: build.id } }],
      notes: '',
      origin: 'following',
      causedBy: environment.followingSetBy,
      // Whoever has an environment follow a branch wants each commit of it, with what that does to the data.
      confirmed: ['migration-irreversible'],
    });
    await startPlan(system, {
      plan,
      note: `started because ${environment.name} follows ${build.branch}`,
      refreshDocuments: input.refreshDocuments,
    });
  }
}

function follows(
  following: Environment['following'],
  build: { readonly branch: string; readonly ownBranch: string },
): boolean {
  if (following.kind === 'none') return false;
  return build.branch === (following.kind === 'branch' ? following.branch : build.ownBranch);
}

/** A newer commit takes the place of one that still waits in the queue. */
async function dropQueued(
  context: CommandContext,
  input: { readonly environment: EnvironmentId; readonly application: ApplicationId },
): Promise<void> {
  const waiting = await context.db
    .selectFrom('plans')
    .select(['id', 'body', 'revision'])
    .where('environmentId', '=', input.environment)
    .where('origin', '=', 'following')
    .where('state', 'in', ['awaiting-approval', 'scheduled', 'queued', 'draft'])
    .where(sql<boolean>`application_ids = array[${input.application}]::uuid[]`)
    .forUpdate()
    .execute();
  for (const row of waiting)
    await dropPlan(context, { ...row, environmentId: input.environment, reason: 'a newer commit took its place' });
}

/** Cancels a plan that changed nothing, and says why. */
async function dropPlan(
  context: CommandContext,
  row: {
    readonly id: PlanId;
    readonly body: DomainPlan;
    readonly revision: number;
    readonly environmentId: EnvironmentId;
    readonly reason: string;
  },
): Promise<void> {
  const plan = { ...decideCancel(row.body), reason: row.reason };
  const dropped = await context.db
    .updateTable('plans')
    .set({ state: plan.state, body: JSON.stringify(plan), endedAt: context.now, revision: row.revision + 1 })
    .where('id', '=', row.id)
    .where('revision', '=', row.revision)
    .executeTakeFirst();
  // Somebody else decided about it meanwhile.
  if (dropped.numUpdatedRows === 0n) return;
  await context.record({
    kind: 'plan-changed',
    subject: { plan: row.id, environment: row.environmentId, state: plan.state, was: row.body.state },
  });
}
