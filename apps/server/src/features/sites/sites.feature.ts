import type { Actor, Digest } from '@almanac/domain';
import { desiredState } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import type { Tables } from '#tables';
import { createAgentHub } from './agent-hub.ts';
import { mountAgentSocket, pushDocument } from './agent-socket.ts';
import { createDailyReconcile } from './reconcile-sites.ts';
import type { RefreshDocuments } from './refresh-documents.ts';
import type { WakePlans } from './save-report.ts';
import type { ServerKeys } from './server-keys.ts';
import { offlineAfterSeconds } from './site.wire.ts';
import { siteEndpoints } from './sites.routes.ts';

/** Sites, their agents, and the notifier that tells agents of new documents. */
export function sitesFeature(input: {
  readonly feed: EventFeed;
  readonly keys: ServerKeys;
  readonly refreshDocuments: RefreshDocuments;
  readonly wakePlans: WakePlans;
  readonly serverVersion: string;
  readonly onError: (error: unknown) => void;
}): Feature {
  const hub = createAgentHub();
  return {
    name: 'sites',
    endpoints: siteEndpoints({
      hub,
      keys: input.keys,
      refreshDocuments: input.refreshDocuments,
      wakePlans: input.wakePlans,
      onError: input.onError,
    }),
    // Sites follow the greater incarnation, whatever generation they have seen.
    afterRestore: async (context) => {
      for (const { id } of await context.db.selectFrom('environments').select('id').execute())
        await input.refreshDocuments(context, id);
    },
    mount: async (server, context) => {
      mountAgentSocket(server, context, {
        hub,
        keys: input.keys,
        wakePlans: input.wakePlans,
        serverVersion: input.serverVersion,
      });
      const stop = input.feed.subscribe((event) => {
        const site = hub.sites().find((each) => each === event.subject['site']);
        if (event.kind === 'site-changed' && site !== undefined)
          void pushDocument(context, hub, site).catch(input.onError);
      });
      server.addHook('preClose', async () => {
        stop();
        hub.closeAll();
      });
    },
    periodics: [
      {
        // A lost event must not leave a site behind: whoever is connected gets what is newest.
        name: 'push-documents',
        everyMs: 10_000,
        run: async (context) => {
          for (const site of hub.sites()) await pushDocument(context, hub, site);
        },
      },
      {
        // Each by itself: a site that takes long, or is away, holds up no other.
        name: 'reconcile-sites',
        everyMs: 60_000,
        run: createDailyReconcile({ hub, refreshDocuments: input.refreshDocuments, onError: input.onError }),
      },
      {
        name: 'note-silent-sites',
        everyMs: 5000,
        run: async ({ inTransaction }) => {
          await inTransaction({ actor: { kind: 'system', name: 'server' }, action: null }, async (context) => {
            const window = [offlineAfterSeconds, offlineAfterSeconds + 10] as const;
            const silent = await context.db
              .selectFrom('sites')
              .select(['id', 'environmentId'])
              .where(
                sql<boolean>`last_seen_at between now() - make_interval(secs => ${window[1]}) and now() - make_interval(secs => ${window[0]})`,
              )
              .execute();
            for (const site of silent) {
              await context.record({
                kind: 'site-changed',
                subject: { site: site.id, environment: site.environmentId },
              });
              await input.wakePlans(context, site.environmentId);
            }
          });
        },
      },
    ],
  };
}

/** Whether the desired state of a site names an artifact: an agent reads nothing else. */
export async function siteWantsArtifact(
  db: Kysely<Tables>,
  question: { readonly site: string; readonly digest: Digest },
): Promise<boolean> {
  const row = await db
    .selectFrom('sites')
    .select('document')
    .where('id', '=', question.site as never)
    .executeTakeFirst();
  if (row === undefined || row.document === null) return false;
  const state = desiredState.parse(JSON.parse(row.document.payload));
  return state.applications.some((application) =>
    application.modules.some((module) => module.artifact.digest === question.digest),
  );
}

/** The agent to whom an artifact token was given. */
export async function agentByToken(db: Kysely<Tables>, tokenHash: string): Promise<Actor | undefined> {
  const found = await db
    .selectFrom('artifactTokens')
    .innerJoin('sites', 'sites.id', 'artifactTokens.siteId')
    .select(['sites.id', 'sites.name'])
    .where('tokenHash', '=', tokenHash)
    .where(sql<boolean>`expires_at > now()`)
    .executeTakeFirst();
  return found === undefined ? undefined : { kind: 'agent', site: found.id, name: found.name };
}
