import type { ApplicationId, JobId } from '@almanac/domain';
import type { BuilderJob } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';

/** Puts work into the queue of the builders. */
export async function queueJob(
  context: CommandContext,
  input: { readonly work: BuilderJob['work']; readonly applicationId: ApplicationId | null },
): Promise<JobId> {
  const id = context.newId<'job'>();
  await context.db
    .insertInto('jobs')
    .values({
      id,
      kind: input.work.kind,
      work: JSON.stringify(input.work),
      applicationId: input.applicationId,
      state: 'queued',
      builder: null,
      leaseUntil: null,
      createdAt: context.now,
      endedAt: null,
    })
    .execute();
  await context.record({ kind: 'build-changed', subject: { job: id } });
  return id;
}
