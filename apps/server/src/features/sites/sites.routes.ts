import { setTimeout as pause } from 'node:timers/promises';
import { refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { ReadServerKeys } from '#features/signing-keys';
import { command, decodeCursor, direct, type Endpoint, holdAtRevision, pageOf, read } from '#platform/http';
import { beyondScope } from '#scope';
import type { AgentHub } from './agent-hub.ts';
import { enrolAgent, newEnrolmentToken, type PinNewSite } from './enrolment.ts';
import { newLocalToken } from './local-access.ts';
import { occurrenceEndpoints } from './occurrences.ts';
import { reconcileSites } from './reconcile-sites.ts';
import type { RefreshDocuments } from './refresh-documents.ts';
import type { WakePlans } from './save-reports.ts';
import { findSite, presentSite, siteDetail, siteRows } from './site.wire.ts';

/** Whoever has more sites asks for an environment at a time; all of them are asked daily anyway. */
const mostReconciled = 500;

export function siteEndpoints(input: {
  readonly hub: AgentHub;
  readonly readKeys: ReadServerKeys;
  readonly refreshDocuments: RefreshDocuments;
  readonly wakePlans: WakePlans;
  readonly pinNewSite: PinNewSite;
  readonly onError: (error: unknown) => void;
}): readonly Endpoint[] {
  const { hub, readKeys, refreshDocuments, wakePlans, pinNewSite, onError } = input;
  return [
    read('listSites', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const whole = beyondScope(db, 'the environment was asked for and may be listed');
      const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
      const rows = await siteRows(db)
        .$if(environment !== undefined, (each) =>
          each.where('sites.environmentId', '=', environment?.id ?? ('' as never)),
        )
        .$if(cursor !== undefined, (each) => each.where('sites.name', '>', String(cursor?.[0])))
        .orderBy('sites.name')
        .limit(query.limit + 1)
        .execute();
      return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.name], present: presentSite });
    }),

    command('createSite', async (context, { body }) => {
      const environment = await findEnvironment(context.db, body.environment);
      const taken = await context.db.selectFrom('sites').select('id').where('name', '=', body.name).executeTakeFirst();
      if (taken !== undefined) return refuse('name-taken', `a site is called ${body.name} already`);
      const id = context.newId<'site'>();
      await context.db
        .insertInto('sites')
        .values({
          id,
          name: body.name,
          environmentId: environment.id,
          labels: JSON.stringify(body.labels ?? {}),
          signingKey: null,
          sealingKey: null,
          agentVersion: null,
          protocolVersion: null,
          host: null,
          enrolledAt: null,
          lastSeenAt: null,
          document: null,
          contentHash: null,
          report: null,
          reportedAt: null,
          reconciledAt: null,
          createdAt: context.now,
        })
        .execute();
      const enrolment = await newEnrolmentToken(context, id);
      await context.record({ kind: 'site-changed', subject: { site: id, environment: environment.id } });
      await context.record({ kind: 'environment-changed', subject: { environment: environment.id } });
      context.audit({ subject: `site:${body.name}`, detail: { environment: environment.name } });
      return { site: presentSite(await findSite(context.db, id)), enrolment };
    }),

    read('getSite', async ({ db, access }, { params }) =>
      siteDetail(db, { site: params.site, scope: access.scopeOf('list') }),
    ),

    command('updateSite', async (context, { params, body, expectedRevision }) => {
      const site = await findSite(context.db, params.site);
      await holdAtRevision(context, { table: 'sites', id: site.id, expected: expectedRevision });
      await context.db
        .updateTable('sites')
        .set({
          ...(body.labels === undefined ? {} : { labels: JSON.stringify(body.labels) }),
          ...(body.bandwidth === undefined ? {} : { bandwidth: body.bandwidth }),
          revision: sql`revision + 1`,
        })
        .where('id', '=', site.id)
        .execute();
      if (body.labels !== undefined || body.bandwidth !== undefined)
        await refreshDocuments(context, site.environmentId, [site.id]);
      // Labels say what runs there, and which ring it joins.
      if (body.labels !== undefined) await wakePlans(context, site.environmentId);
      await context.record({ kind: 'site-changed', subject: { site: site.id, environment: site.environmentId } });
      context.audit({ subject: `site:${site.name}`, detail: body });
      return presentSite(await findSite(context.db, site.id));
    }),

    command('deleteSite', async (context, { params, expectedRevision }) => {
      const site = await findSite(context.db, params.site);
      await holdAtRevision(context, { table: 'sites', id: site.id, expected: expectedRevision });
      await context.db.deleteFrom('sites').where('id', '=', site.id).execute();
      await context.record({ kind: 'site-changed', subject: { site: site.id } });
      context.audit({ subject: `site:${site.name}` });
      return undefined;
    }),

    command('createEnrolmentToken', async (context, { params }) => {
      const site = await findSite(context.db, params.site);
      context.audit({ subject: `site:${site.name}` });
      return newEnrolmentToken(context, site.id);
    }),

    command('createLocalToken', async (context, { params, body }) => {
      const site = await findSite(context.db, params.site);
      context.audit({ subject: `site:${site.name}`, detail: { days: body.days } });
      return newLocalToken(context, { site, days: body.days }, refreshDocuments);
    }),

    ...occurrenceEndpoints,

    direct('reconcileSites', async (context, { body }) => {
      const db = beyondScope(context.db, 'what was asked for by name may be monitored');
      const environment = body.environment === undefined ? undefined : await findEnvironment(db, body.environment);
      const one = body.site === undefined ? undefined : await findSite(db, body.site);
      const sites = await siteRows(context.db)
        .$if(environment !== undefined, (each) =>
          each.where('sites.environmentId', '=', environment?.id ?? ('' as never)),
        )
        .$if(one !== undefined, (each) => each.where('sites.id', '=', one?.id ?? ('' as never)))
        .orderBy('sites.name')
        .limit(mostReconciled)
        .execute();
      const tools = { hub, refreshDocuments, onError };
      const told = await context.aside(() =>
        reconcileSites({ ...context, db }, { sites, patienceMs: body.patienceSeconds * 1000, tools }),
      );
      return { sites: told };
    }),

    command('enrolAgent', async (context, { body }) =>
      enrolAgent(context, { request: body, readKeys, pinNewSite, refreshDocuments }),
    ),

    direct('readModuleLog', async ({ db, signal, aside }, { params, query }) => {
      const site = await findSite(db, params.site);
      const application = await findApplication(db, params.application);
      const request = {
        application: application.name,
        module: params.module,
        maxBytes: 65_536,
        ...(query.after === undefined ? {} : { after: query.after }),
      };
      const deadline = performance.now() + query.wait * 1000;
      for (;;) {
        const chunk = await aside(() => hub.readLog(site.id, request, site.name));
        if (chunk.text !== '' || performance.now() > deadline || signal.aborted) return chunk;
        // The agent is asked again: what an application prints is not told to the server as it comes.
        await aside(() => pause(500));
      }
    }),
  ];
}
