import type { JobListener } from '#features/jobs';
import type { Periodic } from '#platform/feature';
import { mostAttempts } from './claim-job.ts';
import { completeJob } from './complete-job.ts';

const system = { kind: 'system', name: 'server' } as const;

/** Takes jobs back whose builder was not heard of for longer than its lease, and gives up on what failed too often. */
export function requeueLostJobs(listeners: readonly JobListener[]): Periodic {
  return {
    name: 'requeue-lost-jobs',
    everyMs: 3000,
    run: async ({ inTransaction }) => {
      await inTransaction({ actor: system, action: null }, async (context) => {
        const lost = await context.db
          .selectFrom('jobs')
          .selectAll()
          .where('state', '=', 'running')
          .where('leaseUntil', '<', context.now)
          .forUpdate()
          .skipLocked()
          .limit(50)
          .execute();
        for (const job of lost) {
          if (job.attempt < mostAttempts) {
            await context.db
              .updateTable('jobs')
              .set({ state: 'queued', leaseUntil: null, builder: null })
              .where('id', '=', job.id)
              .execute();
            await context.record({ kind: 'build-changed', subject: { job: job.id } });
            continue;
          }
          const fault = {
            outcome: 'errored',
            code: 'builder-error',
            detail: `its builder was lost ${mostAttempts} times; build again when the builders are well`,
          } as const;
          await completeJob(context, { job, result: { kind: 'fault', fault, evidence: [], commits: [] }, listeners });
        }
      });
    },
  };
}
