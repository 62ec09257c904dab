import { actorName, type BuildId, changesBetween, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { findApplication } from '#features/applications';
import type { EventFeed } from '#platform/events';
import { command, decodeCursor, direct, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { buildRows, presentBuild } from './build.wire.ts';
import { readLog } from './build-log.ts';
import { cancelBuild } from './cancel-build.ts';
import { readCommitGraph } from './labels.ts';
import { requestBuild } from './request-build.ts';

/** What people ask of builds. */
export function buildEndpoints(feed: EventFeed): readonly Endpoint[] {
  return [
    read('listBuilds', async ({ db }, { params, query }) => {
      const application = await findApplication(db, params.application);
      const cursor = decodeCursor(query.cursor);
      const rows = await buildRows(db)
        .where('builds.applicationId', '=', application.id)
        .$if(cursor !== undefined, (each) => each.where('builds.number', '<', Number(cursor?.[0])))
        .orderBy('builds.number', 'desc')
        .limit(query.limit + 1)
        .execute();
      return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.number], present: presentBuild });
    }),

    command('createBuild', async (context, { params, body }) => {
      const application = await findApplication(context.db, params.application);
      const id = await requestBuild(context, {
        application: application.id,
        branch: body.branch ?? application.branch,
        commit: body.commit,
        rebuild: body.rebuild,
        requestedBy: actorName(context.actor),
      });
      context.audit({ subject: `application:${application.name}`, detail: { build: id } });
      return presentBuild(await getBuild(context.db, id));
    }),

    command('reportPush', async (context, { params, body }) => {
      const application = await findApplication(context.db, params.application);
      const branch = body.branch ?? application.branch;
      const id = await requestBuild(context, {
        application: application.id,
        branch,
        commit: body.commit,
        requestedBy: 'push',
      });
      context.audit({ subject: `application:${application.name}`, detail: { branch, build: id } });
      return { build: presentBuild(await getBuild(context.db, id)) };
    }),

    read('getBuild', async ({ db }, { params }) => {
      const row = await getBuild(db, params.build);
      const details = await db
        .selectFrom('builds')
        .select(['manifest', 'evidence', 'indexDigest'])
        .where('id', '=', row.id)
        .executeTakeFirstOrThrow();
      const modules = await db
        .selectFrom('buildModules')
        .select(['name', 'inputKey', 'digest', 'size', 'reused', 'durationMs'])
        .where('buildId', '=', row.id)
        .orderBy('name')
        .execute();
      return {
        ...presentBuild(row),
        modules,
        index: details.indexDigest,
        evidence: details.evidence,
        manifest: details.manifest,
        changes: [...(await changesOf(db, row))],
      };
    }),

    command('cancelBuild', async (context, { params }) => {
      const row = await getBuild(context.db, params.build);
      await cancelBuild(context, row.id);
      context.audit({ subject: `application:${row.applicationName}`, detail: { build: row.id, number: row.number } });
      return presentBuild(await getBuild(context.db, row.id));
    }),

    direct('readBuildLog', async ({ db, signal, aside }, { params, query }) => {
      const { jobId } = await getBuild(db, params.build);
      const matches = (event: { readonly subject: Readonly<Record<string, string>> }) =>
        event.subject['job'] === jobId || event.subject['build'] === params.build;
      const deadline = performance.now() + query.wait * 1000;
      for (;;) {
        const { state } = await getBuild(db, params.build);
        const chunk = await readLog(db, { job: jobId, after: query.after });
        const complete = state !== 'queued' && state !== 'running' && !chunk.more;
        const seconds = (deadline - performance.now()) / 1000;
        if (chunk.text !== '' || complete || seconds <= 0 || signal.aborted)
          return { text: chunk.text, next: chunk.next, complete };
        await aside(() => feed.waitFor({ matches, seconds: Math.min(seconds, 2), signal }));
      }
    }),
  ];
}

export async function getBuild(db: Kysely<Tables>, id: BuildId) {
  const row = await buildRows(db).where('builds.id', '=', id).executeTakeFirst();
  return row ?? refuse('not-found', `there is no build ${id}`);
}

/** The commits that a build has and the newest version tagged before it does not. */
async function changesOf(db: Kysely<Tables>, build: Awaited<ReturnType<typeof getBuild>>) {
  if (build.commit === null) return [];
  const graph = await readCommitGraph(db, build.applicationId);
  const before = await db
    .selectFrom('versions')
    .select('commit')
    .where('applicationId', '=', build.applicationId)
    .where('buildId', '<>', build.id)
    .where('createdAt', '<=', build.createdAt)
    .orderBy('createdAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  return changesBetween({ graph, from: before?.commit ?? null, to: build.commit }).slice(0, 200);
}
