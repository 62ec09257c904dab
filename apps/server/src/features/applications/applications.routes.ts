import { type Actor, actorName, refuse } from '@almanac/domain';
import type { Application, Inspection } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { dropJobs, queueJob } from '#features/jobs';
import type { EventFeed, FeedEvent } from '#platform/events';
import {
  type CommandContext,
  command,
  decodeCursor,
  direct,
  type Endpoint,
  holdAtRevision,
  pageOf,
  read,
} from '#platform/http';
import type { SourceOf } from '#scope';
import type { Tables } from '#tables';
import { createFromInspection, type RequestFirstBuild } from './create-application.ts';
import { findApplication } from './find-application.ts';
import { checkRepositoryAddress } from './repository-address.ts';

export function applicationEndpoints(feed: EventFeed, requestFirstBuild: RequestFirstBuild): readonly Endpoint[] {
  return [
    command('createInspection', async (context, { body }) => {
      checkRepositoryAddress(body.repository);
      const id = context.newId<'inspection'>();
      const jobId = await queueJob(context, { applicationId: null, work: { kind: 'inspect', source: body } });
      await context.db
        .insertInto('inspections')
        .values({
          id,
          jobId,
          ...body,
          state: 'queued',
          commit: null,
          manifest: null,
          fault: null,
          requestedBy: actorName(context.actor),
          createdAt: context.now,
        })
        .execute();
      context.audit({ subject: `repository:${body.repository}` });
      return getInspection(context.db, id);
    }),

    direct('getInspection', async ({ db, actor, signal, aside }, { params, query }) => {
      await refuseForeignInspection(db, { inspection: params.inspection, actor });
      const deadline = performance.now() + query.wait * 1000;
      for (;;) {
        const found = await getInspection(db, params.inspection);
        const seconds = (deadline - performance.now()) / 1000;
        if (found.state === 'succeeded' || found.state === 'failed' || seconds <= 0 || signal.aborted) return found;
        const matches = (event: FeedEvent) =>
          event.kind === 'inspection-changed' && event.subject['inspection'] === params.inspection;
        // An event between the look and the wait is missed: look again soon.
        await aside(() => feed.waitFor({ matches, seconds: Math.min(seconds, 2), signal }));
      }
    }),

    read('listApplications', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const rows = await applicationRows(db)
        .$if(cursor !== undefined, (each) => each.where('name', '>', String(cursor?.[0])))
        .$if(query.search !== undefined, (each) =>
          each.where('name', 'like', `%${(query.search ?? '').replaceAll(/[%_\\]/g, '\\$&')}%`),
        )
        .orderBy('name')
        .limit(query.limit + 1)
        .execute();
      return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.name], present });
    }),

    command('createApplication', async (context, { body }) => {
      await refuseForeignInspection(context.db, { inspection: body.inspection, actor: context.actor });
      const id = await createFromInspection(context, {
        inspection: body.inspection,
        displayName: body.displayName,
        requestFirstBuild,
      });
      const application = await applicationRows(context.db).where('id', '=', id).executeTakeFirstOrThrow();
      context.audit({ subject: `application:${application.name}` });
      return present(application);
    }),

    read('getApplication', async ({ db }, { params }) => {
      const { id } = await findApplication(db, params.application);
      return present(await applicationRows(db).where('id', '=', id).executeTakeFirstOrThrow());
    }),

    command('updateApplication', async (context, { params, body, expectedRevision }) => {
      const application = await findApplication(context.db, params.application);
      if (body.name !== undefined && body.name !== application.name) await refuseTakenName(context, body.name);
      await holdAtRevision(context, { table: 'applications', id: application.id, expected: expectedRevision });
      const presentNow = async () =>
        present(await applicationRows(context.db).where('id', '=', application.id).executeTakeFirstOrThrow());
      const before = await presentNow();
      await context.db
        .updateTable('applications')
        .set({
          revision: sql`revision + 1`,
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.displayName === undefined ? {} : { displayName: body.displayName }),
          ...(body.branch === undefined ? {} : { branch: body.branch, headCommit: null }),
          ...(body.manifestPath === undefined ? {} : { manifestPath: body.manifestPath }),
        })
        .where('id', '=', application.id)
        .execute();
      await context.record({ kind: 'application-changed', subject: { application: application.id } });
      context.audit({ subject: `application:${application.name}`, detail: { ...body }, before });
      return presentNow();
    }),

    command('deleteApplication', async (context, { params, expectedRevision }) => {
      const application = await findApplication(context.db, params.application);
      await holdAtRevision(context, { table: 'applications', id: application.id, expected: expectedRevision });
      const running = await context.db
        .selectFrom('targets')
        .innerJoin('environments', 'environments.id', 'targets.environmentId')
        .select('environments.name')
        .where('applicationId', '=', application.id)
        .execute();
      if (running.length > 0)
        return refuse(
          'in-use',
          `${application.name} still runs in ${running.map((each) => each.name).join(', ')}; take it out there first`,
        );
      await dropJobs(context, application.id);
      await context.db.deleteFrom('versions').where('applicationId', '=', application.id).execute();
      await context.db.deleteFrom('applications').where('id', '=', application.id).execute();
      await context.record({ kind: 'application-changed', subject: { application: application.id } });
      context.audit({ subject: `application:${application.name}` });
      return undefined;
    }),
  ];
}

/** What somebody else had looked into says what is in a repository that only they may know. */
async function refuseForeignInspection(
  db: Kysely<Tables>,
  { inspection, actor }: { readonly inspection: Inspection['id']; readonly actor: Actor },
): Promise<void> {
  const found = await db
    .selectFrom('inspections')
    .select('requestedBy')
    .where('id', '=', inspection)
    .executeTakeFirst();
  if (found?.requestedBy !== actorName(actor)) refuse('not-found', 'there is no such inspection');
}

async function refuseTakenName(context: CommandContext, name: string): Promise<void> {
  const taken = await context.db.selectFrom('applications').select('id').where('name', '=', name).executeTakeFirst();
  if (taken !== undefined) refuse('name-taken', `an application is called ${name} already`);
}

function applicationRows(db: SourceOf<'applications'>) {
  return db
    .selectFrom('applications')
    .selectAll()
    .select((expression) =>
      expression
        .selectFrom('versions')
        .select('number')
        .whereRef('versions.applicationId', '=', 'applications.id')
        .orderBy('major', 'desc')
        .orderBy('minor', 'desc')
        .orderBy('patch', 'desc')
        .limit(1)
        .as('latestVersion'),
    );
}

function present(row: Awaited<ReturnType<ReturnType<typeof applicationRows>['execute']>>[number]): Application {
  const { id, name, displayName, repository, branch, manifestPath, latestVersion, revision } = row;
  return {
    id,
    name,
    displayName,
    repository,
    branch,
    manifestPath,
    latestVersion,
    createdAt: row.createdAt.toISOString(),
    revision,
  };
}

async function getInspection(db: Kysely<Tables>, id: Inspection['id']): Promise<Inspection> {
  const row = await db.selectFrom('inspections').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return refuse('not-found', 'there is no such inspection');
  const { state, repository, branch, manifestPath, commit, manifest, fault } = row;
  return { id, state, repository, branch, manifestPath, commit, manifest, fault };
}
