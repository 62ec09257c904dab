import { type BuildId, refuse } from '@almanac/domain';
import type { CommitRecord, JobFault, JobResult } from '@almanac/protocol';
import { sql } from 'kysely';
import type { ArtifactStore } from '#features/artifacts';
import { saveContracts } from '#features/contracts';
import type { Job, JobListener } from '#features/jobs';
import type { CommandContext } from '#platform/http';
import { mostAttempts } from './claim-job.ts';
import { refreshLabels } from './labels.ts';
import { requeueJob } from './requeue-job.ts';

/** Ends a job with what its builder says; a job that ended already, or was cancelled, stays as it is. */
export async function completeJob(
  context: CommandContext,
  input: {
    readonly job: Job;
    readonly result: JobResult;
    readonly listeners: readonly JobListener[];
    readonly artifacts: ArtifactStore;
  },
): Promise<void> {
  const { job, result } = input;
  if (job.state === 'ended' || job.state === 'cancelled') return;
  if (result.kind === 'built') await refuseMissingArtifacts(context, result);
  const retry = result.kind === 'fault' && result.fault.outcome === 'errored' && job.attempt < mostAttempts;
  if (retry) {
    await requeueJob(context, job);
    return;
  }
  await context.db
    .updateTable('jobs')
    .set({ state: 'ended', endedAt: context.now, leaseUntil: null })
    .where('id', '=', job.id)
    .execute();
  const build = job.kind === 'build' ? await endBuild(context, input) : null;
  for (const listener of input.listeners) await listener(context, { job, result, build });
}

/** A build names only what is stored: sites will ask for it. */
async function refuseMissingArtifacts(
  context: CommandContext,
  result: Extract<JobResult, { kind: 'built' }>,
): Promise<void> {
  const named = [
    ...new Set([
      result.index,
      ...result.modules.map((each) => each.artifact.digest),
      ...result.contracts.map((each) => each.document),
    ]),
  ];
  const stored = await context.db.selectFrom('artifacts').select('digest').where('digest', 'in', named).execute();
  const present = new Set(stored.map((each) => each.digest));
  const missing = named.filter((digest) => !present.has(digest));
  if (missing.length > 0) refuse('invalid-request', `not uploaded: ${missing.join(', ')}; upload first, then complete`);
}

async function endBuild(
  context: CommandContext,
  input: { readonly job: Job; readonly result: JobResult; readonly artifacts: ArtifactStore },
): Promise<BuildId> {
  const { job, result } = input;
  const build = await context.db
    .selectFrom('builds')
    .selectAll()
    .where('jobId', '=', job.id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (result.kind === 'built') {
    await saveCommits(context, { application: build.applicationId, commits: result.commits });
    for (const each of result.modules) {
      await context.db
        .insertInto('buildModules')
        .values({
          buildId: build.id,
          name: each.name,
          inputKey: each.inputKey,
          digest: each.artifact.digest,
          size: each.artifact.size,
          reused: each.reused,
          durationMs: Math.round(each.durationMs),
          migration: each.migration,
        })
        .execute();
    }
    await context.db
      .updateTable('builds')
      .set({
        state: 'succeeded',
        commit: result.commit,
        manifest: JSON.stringify(result.manifest),
        indexDigest: result.index,
        evidence: JSON.stringify(result.evidence),
        endedAt: context.now,
      })
      .where('id', '=', build.id)
      .execute();
    await saveContracts(context, {
      build: build.id,
      contracts: result.contracts,
      manifest: result.manifest,
      artifacts: input.artifacts,
    });
  } else if (result.kind === 'fault') {
    await saveCommits(context, { application: build.applicationId, commits: result.commits });
    await endBadly(context, {
      build: build.id,
      fault: result.fault,
      commit: result.commit ?? build.commit,
      evidence: JSON.stringify(result.evidence),
    });
  }
  await refreshLabels(context, { application: build.applicationId, builds: [build.id] });
  await context.record({ kind: 'build-changed', subject: { application: build.applicationId, build: build.id } });
  return build.id;
}

/** Ends a build without an artifact, with the reason that people read. */
export async function endBadly(
  context: CommandContext,
  input: {
    readonly build: BuildId;
    readonly fault: JobFault;
    readonly commit: string | null;
    readonly evidence: string;
  },
): Promise<void> {
  const { fault } = input;
  await context.db
    .updateTable('builds')
    .set({
      state: fault.outcome,
      commit: input.commit,
      fault: JSON.stringify(fault),
      evidence: input.evidence,
      endedAt: context.now,
    })
    .where('id', '=', input.build)
    .where(sql<boolean>`state in ('queued', 'running')`)
    .execute();
}

async function saveCommits(
  context: CommandContext,
  input: { readonly application: Job['applicationId'] & string; readonly commits: readonly CommitRecord[] },
): Promise<void> {
  if (input.commits.length === 0) return;
  await context.db
    .insertInto('commits')
    .values(
      input.commits.map(({ hash, parents, author, at, subject }) => ({
        applicationId: input.application,
        hash,
        parents,
        author,
        at: new Date(at),
        subject,
      })),
    )
    .onConflict((conflict) => conflict.columns(['applicationId', 'hash']).doNothing())
    .execute();
}
