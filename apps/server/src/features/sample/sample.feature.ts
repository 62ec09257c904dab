import { createFromInspection, type RequestFirstBuild } from '#features/applications';
import { type JobListener, queueJob } from '#features/jobs';
import type { Feature } from '#platform/feature';
import { command } from '#platform/http';

const system = 'sample';

/** The sample estate: a builder makes its repositories, then each is inspected, added and built like any other. */
export const sampleFeature: Feature = {
  name: 'sample',
  endpoints: [
    command('loadSample', async (context) => {
      const { db } = context;
      const under = await db
        .selectFrom('jobs')
        .select('id')
        .where('kind', '=', 'sample')
        .where('state', 'in', ['queued', 'running'])
        .executeTakeFirst();
      if (under !== undefined) return { state: 'started' as const };
      await queueJob(context, { applicationId: null, work: { kind: 'sample' } });
      context.audit({ subject: 'sample' });
      return { state: 'started' as const };
    }),
  ],
};

/** Goes on from the repositories to their inspections, and from these to applications. */
export function followSample(requestFirstBuild: RequestFirstBuild): JobListener {
  return async (context, { job, result }) => {
    const { db } = context;
    if (result.kind === 'sample-made') {
      for (const each of result.repositories) {
        const known = await db
          .selectFrom('applications')
          .select('id')
          .where('repository', '=', each.repository)
          .executeTakeFirst();
        if (known !== undefined) continue;
        const source = { repository: each.repository, branch: each.branch, manifestPath: 'almanac.yaml' };
        const jobId = await queueJob(context, { applicationId: null, work: { kind: 'inspect', source } });
        await db
          .insertInto('inspections')
          .values({
            id: context.newId(),
            jobId,
            ...source,
            state: 'queued',
            commit: null,
            manifest: null,
            fault: null,
            requestedBy: system,
            createdAt: context.now,
          })
          .execute();
      }
      return;
    }
    if (result.kind !== 'inspected' || job.work.kind !== 'inspect') return;
    const inspection = await db
      .selectFrom('inspections')
      .select(['id', 'requestedBy', 'manifest'])
      .where('jobId', '=', job.id)
      .executeTakeFirst();
    if (inspection === undefined || inspection.manifest === null || inspection.requestedBy !== system) return;
    const taken = await db
      .selectFrom('applications')
      .select('id')
      .where('name', '=', inspection.manifest.application)
      .executeTakeFirst();
    if (taken === undefined)
      await createFromInspection(
        { ...context, actor: { kind: 'system', name: system } },
        { inspection: inspection.id, requestFirstBuild },
      );
  };
}
