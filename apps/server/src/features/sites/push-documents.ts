import type { SiteId } from '@almanac/domain';
import { failpoint } from '@almanac/host';
import type { SignedDesiredState } from '@almanac/protocol';
import { sql } from 'kysely';
import type { BackgroundContext } from '#platform/feature';
import type { AgentHub } from './agent-hub.ts';

/** Documents that are in memory at a time. */
const atOnce = 500;

/** Sends connected sites their newest documents, all or those given, unless they have them already. */
export async function pushDocuments(
  context: Pick<BackgroundContext, 'db'>,
  hub: AgentHub,
  only?: readonly SiteId[],
): Promise<void> {
  const sites = only?.filter((each) => hub.isConnected(each)) ?? hub.sites();
  for (let from = 0; from < sites.length; from += atOnce) {
    const some = sites.slice(from, from + atOnce);
    const { rows } = await sql<{ id: SiteId; generation: number; document: SignedDesiredState }>`
      select sites.id, sites.generation, sites.document
      from unnest(${some}::uuid[], ${some.map((site) => hub.sentGeneration(site))}::int[]) as connected (site, sent)
      join sites on sites.id = connected.site
      where sites.document is not null and sites.generation > connected.sent`.execute(context.db);
    for (const { id, generation, document } of rows) {
      failpoint('document-before-push');
      hub.push(id, { generation, signed: document });
    }
  }
}

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
