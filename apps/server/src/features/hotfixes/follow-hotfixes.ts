import type { ApplicationId, BuildId, HotfixId } from '@almanac/domain';
import type { CommitPatch } from '@almanac/protocol';
import { sql } from 'kysely';
import { requestBuild } from '#features/builds';
import { type JobListener, queueJob } from '#features/jobs';
import type { BackgroundContext } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { closeHotfix } from './close-hotfix.ts';

/** How often the branch of an open hotfix is looked at. */
const pollSeconds = 10;
const watcher = { kind: 'system', name: 'hotfixes' } as const;

/** Goes on from the branch of a hotfix to its commits, and from these to its builds. */
export const followHotfixes: JobListener = async (context, { job, result, build }) => {
  if (job.work.kind === 'branch') await endBranch(context, { job: job.id, result });
  if (job.work.kind === 'resolve' && result.kind === 'resolved' && job.applicationId !== null)
    await buildWhatMoved(context, {
      application: job.applicationId,
      branch: job.work.source.branch,
      commit: result.commit,
    });
  if (result.kind === 'built' && build !== null) {
    await keepPatches(context, { build, patches: result.patches });
    await claimBuild(context, build);
  }
};

async function endBranch(
  context: CommandContext,
  input: {
    readonly job: Parameters<JobListener>[1]['job']['id'];
    readonly result: Parameters<JobListener>[1]['result'];
  },
): Promise<void> {
  const { result } = input;
  const found = await context.db
    .selectFrom('hotfixes')
    .select(['id', 'applicationId', 'number', 'revision'])
    .where('branchJobId', '=', input.job)
    .forUpdate()
    .executeTakeFirst();
  if (found === undefined) return;
  // What cannot begin is over: whoever wanted it starts it again, with another name or when the repository answers.
  if (result.kind === 'fault') return closeHotfix(context, { hotfix: found, reason: result.fault.detail });
  const made = result.kind === 'branch-made' && result.made;
  const detail = result.kind === 'branch-made' ? result.detail : null;
  await context.db
    .updateTable('hotfixes')
    .set({ branchState: made ? 'made' : 'refused', branchDetail: detail, revision: found.revision + 1 })
    .where('id', '=', found.id)
    .execute();
  await changed(context, found);
}

/** A branch that moved is built; where it moved on from its base the hotfix has something to deploy. */
async function buildWhatMoved(
  context: CommandContext,
  input: { readonly application: ApplicationId; readonly branch: string; readonly commit: string },
): Promise<void> {
  const found = await context.db
    .selectFrom('hotfixes')
    .select(['id', 'applicationId', 'revision', 'tipCommit', 'branchState'])
    .where('applicationId', '=', input.application)
    .where('branch', '=', input.branch)
    .where('state', '=', 'open')
    .forUpdate()
    .executeTakeFirst();
  if (found === undefined) return;
  const moved = found.tipCommit !== input.commit;
  if (!moved && found.branchState !== 'refused') return;
  await context.db
    .updateTable('hotfixes')
    .set({
      tipCommit: input.commit,
      // Somebody made the branch by hand.
      ...(found.branchState === 'refused' ? { branchState: 'made' as const, branchDetail: null } : {}),
      revision: found.revision + 1,
    })
    .where('id', '=', found.id)
    .execute();
  await changed(context, found);
  if (!moved) return;
  const build = await requestBuild(context, {
    application: input.application,
    branch: input.branch,
    commit: input.commit,
    requestedBy: 'hotfix',
  });
  await claimBuild(context, build);
}

/** Marks a build as one of the hotfix on whose branch it was made. */
async function claimBuild(context: CommandContext, build: BuildId): Promise<void> {
  const found = await context.db
    .selectFrom('builds')
    .innerJoin('hotfixes', (join) =>
      join
        .onRef('hotfixes.applicationId', '=', 'builds.applicationId')
        .onRef('hotfixes.branch', '=', 'builds.branch')
        .on('hotfixes.state', '=', 'open'),
    )
    .select(['hotfixes.id', 'hotfixes.applicationId', 'hotfixes.baseCommit', 'builds.commit'])
    .where('builds.id', '=', build)
    .executeTakeFirst();
  if (found === undefined || found.commit === found.baseCommit) return;
  await context.db
    .insertInto('hotfixBuilds')
    .values({ buildId: build, hotfixId: found.id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await changed(context, found);
}

async function keepPatches(
  context: CommandContext,
  input: { readonly build: BuildId; readonly patches: readonly CommitPatch[] },
): Promise<void> {
  if (input.patches.length === 0) return;
  const { applicationId } = await context.db
    .selectFrom('builds')
    .select('applicationId')
    .where('id', '=', input.build)
    .executeTakeFirstOrThrow();
  await context.db
    .insertInto('commitPatches')
    .values(input.patches.map((each) => ({ applicationId, ...each })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function changed(
  context: CommandContext,
  hotfix: { readonly id: HotfixId; readonly applicationId: ApplicationId },
): Promise<void> {
  await context.record({
    kind: 'hotfix-changed',
    subject: { hotfix: hotfix.id, application: hotfix.applicationId },
  });
}

/** Looks where the branches of open hotfixes point now. */
export async function pollBranches(background: BackgroundContext): Promise<void> {
  const waiting = await background.db
    .selectFrom('hotfixes')
    .select('id')
    .where('state', '=', 'open')
    .limit(1)
    .executeTakeFirst();
  if (waiting === undefined) return;
  await background.inTransaction({ actor: watcher, action: null }, async (context) => {
    const due = await context.db
      .selectFrom('hotfixes')
      .innerJoin('applications', 'applications.id', 'hotfixes.applicationId')
      .select(['hotfixes.id', 'applications.id as application', 'repository', 'hotfixes.branch', 'manifestPath'])
      .where('hotfixes.state', '=', 'open')
      .where('branchState', '<>', 'asked')
      .where(
        sql<boolean>`(hotfixes.polled_at is null or hotfixes.polled_at < now() - make_interval(secs => ${pollSeconds}))`,
      )
      .where(
        sql<boolean>`not exists (select 1 from jobs where jobs.application_id = applications.id and jobs.kind = 'resolve' and jobs.state in ('queued', 'running') and jobs.work -> 'source' ->> 'branch' = hotfixes.branch)`,
      )
      .limit(10)
      .forUpdate('hotfixes')
      .skipLocked()
      .execute();
    for (const { id, application, repository, branch, manifestPath } of due) {
      await context.db.updateTable('hotfixes').set({ polledAt: context.now }).where('id', '=', id).execute();
      await queueJob(context, {
        applicationId: application,
        work: { kind: 'resolve', source: { repository, branch, manifestPath } },
      });
    }
  });
}
