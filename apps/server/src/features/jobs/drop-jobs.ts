import type { ApplicationId } from '@almanac/domain';
import type { CommandContext } from '#platform/http';

/** Takes back all work for an application that goes away; builders are told when they ask. */
export async function dropJobs(context: CommandContext, application: ApplicationId): Promise<void> {
  await context.db
    .updateTable('jobs')
    .set({ state: 'cancelled', endedAt: context.now, leaseUntil: null })
    .where('applicationId', '=', application)
    .where('state', 'in', ['queued', 'running'])
    .execute();
}
