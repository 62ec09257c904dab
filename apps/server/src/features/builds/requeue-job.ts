import type { JobId } from '@almanac/domain';
import { sql } from 'kysely';
import type { CommandContext } from '#platform/http';

/** Puts a running job back into the queue: its builder was lost, or broke. */
export async function requeueJob(context: CommandContext, job: { readonly id: JobId }): Promise<void> {
  const { db } = context;
  await db
    .updateTable('jobs')
    .set({ state: 'queued', leaseUntil: null, builder: null })
    .where('id', '=', job.id)
    .execute();
  await db
    .updateTable('builds')
    .set({ state: 'queued' })
    .where('jobId', '=', job.id)
    .where(sql<boolean>`state = 'running'`)
    .execute();
  await context.record({ kind: 'build-changed', subject: { job: job.id } });
}
