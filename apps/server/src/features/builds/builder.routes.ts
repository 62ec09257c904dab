import type { ArtifactStore } from '#features/artifacts';
import type { JobListener } from '#features/jobs';
import type { EventFeed } from '#platform/events';
import { command, direct, type Endpoint, read } from '#platform/http';
import { appendLog } from './build-log.ts';
import { claimNextJob, heldJob, keepJob } from './claim-job.ts';
import { completeJob } from './complete-job.ts';

/** What builders ask. */
export function builderEndpoints(input: {
  readonly feed: EventFeed;
  readonly artifacts: ArtifactStore;
  readonly listeners: readonly JobListener[];
}): readonly Endpoint[] {
  const { feed, artifacts } = input;
  return [
    direct('claimJob', async ({ inTransaction, actor, signal }, { body }) => {
      const deadline = performance.now() + body.wait * 1000;
      for (;;) {
        const job = await inTransaction({ actor, action: null }, (context) => claimNextJob(context, body.builder));
        const seconds = (deadline - performance.now()) / 1000;
        if (job !== null || seconds <= 0 || signal.aborted) return { job };
        await feed.waitFor({
          matches: (event) => event.subject['job'] !== undefined && event.subject['log'] === undefined,
          // An event between the look and the wait is missed: look again soon.
          seconds: Math.min(seconds, 1),
          signal,
        });
      }
    }),

    direct('heartbeatJob', async ({ inTransaction, actor, signal }, { params, body }) => {
      const held = { job: params.job, fence: body.fence };
      const keep = () => inTransaction({ actor, action: null }, (context) => keepJob(context, held));
      if (body.wait === 0) return { cancelled: await keep() };
      // The wait begins before the look, so that no event falls between the two.
      const looked = new AbortController();
      const told = feed.waitFor({
        matches: (event) => event.subject['job'] === params.job && event.subject['log'] === undefined,
        seconds: body.wait,
        signal: AbortSignal.any([signal, looked.signal]),
      });
      try {
        if (await keep()) return { cancelled: true };
        await told;
      } finally {
        looked.abort();
      }
      return { cancelled: await keep() };
    }),

    command('appendJobLog', async (context, { params, body }) => {
      const job = await heldJob(context, { job: params.job, fence: body.fence });
      const { next, full, grown } = await appendLog(context, { job, offset: body.offset, text: body.text });
      if (grown) await context.record({ kind: 'build-changed', subject: { job: job.id, log: 'grown' } });
      return { next, full };
    }),

    command('completeJob', async (context, { params, body }) => {
      const job = await heldJob(context, { job: params.job, fence: body.fence });
      await completeJob(context, { job, result: body.result, listeners: input.listeners, artifacts });
      const { result } = body;
      // A look that found what was known has changed nothing.
      const nothing = result.kind === 'read' && result.text === null;
      context.audit(nothing ? null : { subject: `job:${job.id}`, detail: { kind: job.kind, result: result.kind } });
      return undefined;
    }),

    command('findReusableModules', async (context, { params, body }) => {
      const job = await heldJob(context, { job: params.job, fence: body.fence });
      if (job.work.kind === 'build' && body.inputKeys.length > 0) {
        const rows = await context.db
          .selectFrom('buildModules')
          .innerJoin('builds', 'builds.id', 'buildModules.buildId')
          .innerJoin('artifacts', 'artifacts.digest', 'buildModules.digest')
          .select(['buildModules.inputKey', 'buildModules.digest', 'buildModules.size'])
          .distinctOn('buildModules.inputKey')
          .where('builds.applicationId', '=', job.work.application.id)
          .where('builds.state', '=', 'succeeded')
          .where('buildModules.inputKey', 'in', body.inputKeys)
          .execute();
        return { modules: rows };
      }
      return { modules: [] };
    }),

    read('findArtifact', async ({ db }, { params }) => {
      const found = await db
        .selectFrom('artifacts')
        .select('size')
        .where('digest', '=', params.digest)
        .executeTakeFirst();
      return { stored: found !== undefined, size: found?.size ?? null };
    }),

    direct('putArtifact', async ({ inTransaction, actor }, { params, http }) => {
      const { size } = await artifacts.store(params.digest, http.request.raw);
      await inTransaction({ actor, action: 'artifact-stored' }, async (context) => {
        await context.db
          .insertInto('artifacts')
          .values({ digest: params.digest, size, storedAt: context.now })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        context.audit({ subject: `artifact:${params.digest}`, detail: { size } });
      });
      return { size };
    }),
  ];
}
