import type { SiteId } from '@almanac/domain';
import { failpoint } from '@almanac/host';
import type { SignedDesiredState } from '@almanac/protocol';
import { sql } from 'kysely';
import type { BackgroundContext } from '#platform/feature';
import type { AgentHub } from './agent-hub.ts';

/** Documents that are in memory at a time. */
const atOnce = 500;

/**
 * Sends connected sites their newest documents, all or those given, unless they have them already. Whoever is connected and
 * would not be let in any more, because the site is gone or another agent enrolled as it, is sent away instead.
 */
export async function pushDocuments(
  context: Pick<BackgroundContext, 'db'>,
  hub: AgentHub,
  only?: readonly SiteId[],
): Promise<void> {
  const connected = (only ?? hub.sites()).flatMap((site) => hub.of(site) ?? []);
  for (let from = 0; from < connected.length; from += atOnce) {
    const some = connected.slice(from, from + atOnce);
    const { rows } = await sql<Look>`
      select connected.site, connected.key, sites.signing_key is not distinct from connected.key as known,
        sites.generation, sites.document
      from unnest(${some.map(({ site }) => site)}::uuid[], ${some.map(({ signingKey }) => signingKey)}::text[],
        ${some.map(({ sentGeneration }) => sentGeneration)}::int[]) as connected (site, key, sent)
      left join sites on sites.id = connected.site
      where sites.signing_key is distinct from connected.key
        or (sites.document is not null and sites.generation > connected.sent)`.execute(context.db);
    for (const { site, key, ...row } of rows) {
      if (!row.known) hub.disconnect(site, key);
      else {
        failpoint('document-before-push');
        hub.push(site, { generation: row.generation, signed: row.document });
      }
    }
  }
}

/** What there is to tell a connected site; of one that is not known any more there is no document. */
type Look = { readonly site: SiteId; readonly key: string } & (
  | { readonly known: false }
  | { readonly known: true; readonly generation: number; readonly document: SignedDesiredState }
);

/** Pushes what is asked for together, one look at the database at a time; what comes meanwhile goes into the next. */
export function createPusher(input: {
  readonly context: Pick<BackgroundContext, 'db'>;
  readonly hub: AgentHub;
  readonly onError: (error: unknown) => void;
}): { readonly push: (sites: readonly SiteId[]) => void; readonly pushAll: () => void } {
  let asked: Set<SiteId> | 'all' = new Set();
  let running = false;
  const run = async (): Promise<void> => {
    // What commits or connects in the same moment is looked up together.
    await new Promise((resolve) => setImmediate(resolve));
    while (asked === 'all' || asked.size > 0) {
      const these = asked;
      asked = new Set();
      await pushDocuments(input.context, input.hub, these === 'all' ? undefined : [...these]).catch(input.onError);
    }
    running = false;
  };
  const start = () => {
    if (running) return;
    running = true;
    void run();
  };
  return {
    push: (sites) => {
      if (asked !== 'all') for (const site of sites) asked.add(site);
      start();
    },
    pushAll: () => {
      asked = 'all';
      start();
    },
  };
}
