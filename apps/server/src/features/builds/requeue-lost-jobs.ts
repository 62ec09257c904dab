import type { JobId } from '@almanac/domain';
import type { ArtifactStore } from '#features/artifacts';
import type { JobListener } from '#features/jobs';
import type { Periodic } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { mostAttempts } from './claim-job.ts';
import { completeJob } from './complete-job.ts';
import { requeueJob } from './requeue-job.ts';

const system = { kind: 'system', name: 'server' } as const;

/** Takes jobs back whose builder was not heard of for longer than its lease, and gives up on what failed too often. */
export function requeueLostJobs(tools: {
  readonly listeners: readonly JobListener[];
  readonly artifacts: ArtifactStore;
}): Periodic {
  return {
    name: 'requeue-lost-jobs',
    everyMs: 3000,
    run: async ({ db, inTransaction }) => {
      const lost = await db
        .selectFrom('jobs')
        .select('id')
        .where('state', '=', 'running')
        .where((where) => where('leaseUntil', '<', where.fn<Date>('now')))
        .limit(50)
        .execute();
      // Each in a transaction of its own, so that one that cannot be taken back does not hold up the others.
      const taken = await Promise.allSettled(
        lost.map(({ id }) =>
          inTransaction({ actor: system, action: null }, (context) => takeBack(context, { id, ...tools })),
        ),
      );
      const failed = taken.find((each) => each.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

async function takeBack(
  context: CommandContext,
  input: { readonly id: JobId; readonly listeners: readonly JobListener[]; readonly artifacts: ArtifactStore },
): Promise<void> {
  const job = await context.db
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', input.id)
    .where('state', '=', 'running')
    .where('leaseUntil', '<', context.now)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (job === undefined) return;
  if (job.attempt < mostAttempts) return requeueJob(context, job);
  const fault = {
    outcome: 'errored',
    code: 'builder-error',
    detail: `its builder was lost ${mostAttempts} times; build again when the builders are well`,
  } as const;
  await completeJob(context, {
    job,
    result: { kind: 'fault', fault, evidence: [], commits: [] },
    listeners: input.listeners,
    artifacts: input.artifacts,
  });
}
