import { type JobId, refuse } from '@almanac/domain';
import type { BuilderJob } from '@almanac/protocol';
import { sql } from 'kysely';
import type { CommandContext } from '#platform/http';

const leaseSeconds = 30;
/** A job whose builders died so often is given up: it may be what kills them. */
export const mostAttempts = 3;

/** Claims are decided one after the other: two at once would both take from the same application. */
const claimLock = 7_400_002;

/**
 * Gives the next job to a builder. Applications take turns: the one with the fewest builds running comes first, then
 * the one whose turn was longest ago, then the oldest job; quick questions (inspect, resolve, sample) come before builds.
 */
export async function claimNextJob(context: CommandContext, builder: string): Promise<BuilderJob | null> {
  await sql`select pg_advisory_xact_lock(${claimLock})`.execute(context.db);
  const { rows } = await sql<{ id: JobId }>`
    select j.id from jobs j
    left join (
      select b.application_id, count(*) filter (where b.state = 'running') as running, max(b.started_at) as last_turn
      from builds b
      where b.application_id in (select application_id from jobs where state = 'queued' and kind = 'build')
      group by b.application_id
    ) taken on j.kind = 'build' and taken.application_id = j.application_id
    where j.state = 'queued'
    order by (j.kind = 'build'), coalesce(taken.running, 0), taken.last_turn nulls first, j.created_at, j.id
    limit 1 for update of j skip locked`.execute(context.db);
  const next = rows[0];
  if (next === undefined) return null;
  const job = await context.db
    .updateTable('jobs')
    .set({
      state: 'running',
      builder,
      attempt: sql`attempt + 1`,
      fence: sql`fence + 1`,
      logStart: sql`coalesce((select max(end_byte) from build_logs where job_id = jobs.id), 0)`,
      leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
    })
    .where('id', '=', next.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await noteRunning(context, job);
  return { id: job.id, fence: job.fence, leaseSeconds, work: job.work };
}

async function noteRunning(context: CommandContext, job: { readonly id: JobId; readonly kind: string }): Promise<void> {
  if (job.kind === 'inspect') {
    await context.db.updateTable('inspections').set({ state: 'running' }).where('jobId', '=', job.id).execute();
    return;
  }
  if (job.kind !== 'build') return;
  const build = await context.db
    .updateTable('builds')
    .set({ state: 'running', startedAt: sql<Date>`coalesce(started_at, ${context.now})` })
    .where('jobId', '=', job.id)
    .returning(['id', 'applicationId'])
    .executeTakeFirstOrThrow();
  await context.record({ kind: 'build-changed', subject: { application: build.applicationId, build: build.id } });
}

/** Renews the lease of a running job for its builder; says whether the job was cancelled. */
export async function keepJob(
  context: Pick<CommandContext, 'db'>,
  held: { readonly job: JobId; readonly fence: number },
): Promise<boolean> {
  const job = await heldJob(context, held);
  if (job.state !== 'running') return job.state === 'cancelled';
  await context.db
    .updateTable('jobs')
    .set({ leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})` })
    .where('id', '=', job.id)
    .execute();
  return false;
}

/** The running job, if it is still the caller's; whoever lost it is told so. */
export async function heldJob(
  context: Pick<CommandContext, 'db'>,
  input: { readonly job: JobId; readonly fence: number },
) {
  const job = await context.db
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', input.job)
    .forUpdate()
    .executeTakeFirst();
  if (job === undefined) return refuse('not-found', 'there is no such job');
  if (job.fence !== input.fence) return refuse('fenced', 'this job was given to another builder');
  return job;
}
