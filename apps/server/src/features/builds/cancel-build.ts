import { type BuildId, refuse } from '@almanac/domain';
import type { CommandContext } from '#platform/http';
import { endBadly } from './complete-job.ts';

/** Stops a build: a queued one at once, a running one as soon as its builder asks. */
export async function cancelBuild(context: CommandContext, id: BuildId): Promise<void> {
  const build = await context.db
    .selectFrom('builds')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (build.state !== 'queued' && build.state !== 'running')
    return refuse('wrong-state', `build ${build.number} is ${build.state} already`);
  await context.db
    .updateTable('jobs')
    .set({ state: 'cancelled', endedAt: context.now, leaseUntil: null })
    .where('id', '=', build.jobId)
    .execute();
  await endBadly(context, {
    build: id,
    fault: { outcome: 'cancelled', code: 'cancelled', detail: 'the build was cancelled' },
    commit: build.commit,
    evidence: '[]',
  });
  await context.record({
    kind: 'build-changed',
    subject: { application: build.applicationId, build: id, job: build.jobId },
  });
}
