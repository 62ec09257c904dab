import type { Actor, Digest, SiteId } from '@almanac/domain';
import { desiredState } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { ReadServerKeys, ServerKeys } from '#features/signing-keys';
import type { EventFeed } from '#platform/events';
import type { BackgroundContext, Feature } from '#platform/feature';
import type { Entrances } from '#platform/http';
import { batchReads, shareReads } from '#platform/reads';
import { batchWrites } from '#platform/writes';
import type { Tables } from '#tables';
import { createAgentHub } from './agent-hub.ts';
import { type AgentSocketTools, type KnownSite, mountAgentSocket } from './agent-socket.ts';
import type { PinNewSite } from './enrolment.ts';
import { forgetLocalTokens } from './local-access.ts';
import { createPusher, pushDocuments } from './push-documents.ts';
import { pushKeySet } from './push-key-set.ts';
import { createDailyReconcile } from './reconcile-sites.ts';
import { recordSites } from './record-sites.ts';
import type { RefreshDocuments } from './refresh-documents.ts';
import { type ArrivedReport, type KeepRollouts, saveReports, type WakePlans } from './save-reports.ts';
import { createSeenSites } from './seen-sites.ts';
import { signAnew } from './sign-anew.ts';
import { offlineAfterSeconds } from './site.wire.ts';
import { siteEndpoints } from './sites.routes.ts';
import { type ArrivedAgent, welcomeSites } from './welcome-sites.ts';

/** Sites, their agents, and the notifier that tells agents of new documents. */
export function sitesFeature(input: {
  readonly feed: EventFeed;
  readonly readKeys: ReadServerKeys;
  readonly refreshDocuments: RefreshDocuments;
  readonly wakePlans: WakePlans;
  readonly pinNewSite: PinNewSite;
  readonly keepRollouts: KeepRollouts;
  readonly serverVersion: string;
  readonly entrances: Entrances;
  readonly onError: (error: unknown) => void;
}): Feature {
  const hub = createAgentHub();
  const seen = createSeenSites(input.wakePlans);
  return {
    name: 'sites',
    endpoints: siteEndpoints({
      hub,
      readKeys: input.readKeys,
      refreshDocuments: input.refreshDocuments,
      wakePlans: input.wakePlans,
      pinNewSite: input.pinNewSite,
      onError: input.onError,
    }),
    // Sites follow the greater incarnation, whatever generation they have seen.
    afterRestore: async (context) => {
      for (const { id } of await context.db.selectFrom('environments').select('id').execute())
        await input.refreshDocuments(context, id);
    },
    mount: async (server, context) => {
      const pusher = createPusher({ context, hub, onError: input.onError });
      mountAgentSocket(server, context, { ...agentTools(context, input), hub, seen, push: pusher.push });
      const announce = () => void pushKeySet(context, { hub, readKeys: input.readKeys }).catch(input.onError);
      const stop = input.feed.subscribe(({ kind, subject }) => {
        if (kind === 'signing-keys-changed') announce();
        if (kind !== 'site-changed') return;
        const { site } = subject;
        if (site !== undefined) pusher.push([site as SiteId]);
        else if (subject['document'] === 'new') pusher.pushAll();
      });
      const { admits, subscribe } = input.entrances;
      const stopGuard = subscribe(() => hub.keepOnly((address) => admits({ entrance: 'agents', address })));
      server.addHook('preClose', async () => {
        stop();
        stopGuard();
        hub.closeAll();
      });
    },
    periodics: [
      {
        // A lost event must not leave a site behind: whoever is connected gets what is newest.
        name: 'push-documents',
        everyMs: 10_000,
        run: (context) => pushDocuments(context, hub),
      },
      {
        // Whoever connects, acknowledges or follows another document is looked at again.
        name: 'push-key-set',
        everyMs: 2000,
        run: (context) => pushKeySet(context, { hub, readKeys: input.readKeys }),
      },
      {
        name: 'sign-documents-anew',
        everyMs: 2000,
        run: (context) => signAnew(context, input.refreshDocuments),
      },
      {
        name: 'note-seen-sites',
        everyMs: 5000,
        run: (context) => seen.flush(context),
      },
      {
        // Each by itself: a site that takes long, or is away, holds up no other.
        name: 'reconcile-sites',
        everyMs: 60_000,
        run: createDailyReconcile({ hub, refreshDocuments: input.refreshDocuments, onError: input.onError }),
      },
      {
        // Whoever may not come in any more is kept out within five seconds, wherever the site is connected.
        name: 'forget-local-tokens',
        everyMs: 5000,
        run: (context) => forgetLocalTokens(context, input.refreshDocuments),
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
            await recordSites(context, silent);
            for (const environment of new Set(silent.map((each) => each.environmentId)))
              await input.wakePlans(context, environment);
          });
        },
      },
    ],
  };
}

/** So many sites are read or written by one statement. */
const atOnce = 250;

/** What agents bring is written together with what others bring in the same moment. */
function agentTools(
  { db, inTransaction }: BackgroundContext,
  input: {
    readonly readKeys: ReadServerKeys;
    readonly wakePlans: WakePlans;
    readonly keepRollouts: KeepRollouts;
    readonly serverVersion: string;
  },
): Omit<AgentSocketTools, 'hub' | 'seen' | 'push'> {
  const { wakePlans, keepRollouts, serverVersion } = input;
  const agents = { actor: { kind: 'system', name: 'agents' }, action: null } as const;
  const share = shareReads<ServerKeys>();
  const read = batchReads<KnownSite>((ids) => readKnownSites(db, ids as SiteId[]));
  return {
    readKeys: () => share('keys', () => input.readKeys(db)),
    serverVersion,
    findSite: (site) => read(site),
    save: batchWrites<ArrivedReport, void>({
      most: atOnce,
      write: async (arrived) => {
        await inTransaction(agents, (command) => saveReports(command, { arrived, wakePlans, keepRollouts }));
        return arrived.map(() => undefined);
      },
    }),
    welcome: batchWrites<ArrivedAgent, string>({
      most: atOnce,
      write: (arrived) => inTransaction(agents, (command) => welcomeSites(command, { arrived, wakePlans })),
    }),
  };
}

async function readKnownSites(db: Kysely<Tables>, ids: readonly SiteId[]): Promise<ReadonlyMap<string, KnownSite>> {
  const { incarnation } = await db.selectFrom('installation').select('incarnation').executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('sites')
    .select(['id', 'signingKey'])
    .where((where) => where('id', '=', where.fn.any(where.val([...ids]))))
    .execute();
  return new Map(rows.map((row) => [row.id, { ...row, incarnation }]));
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
