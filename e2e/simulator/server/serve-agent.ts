import type { SiteId } from '@almanac/domain';
import type { Process, Work } from '../kernel/kernel.ts';
import type { ToServer } from '../site/messages.ts';
import type { World } from '../world.ts';
import type { Connection } from './network.ts';
import { quietly } from './quietly.ts';
import { saveReport } from './reports.ts';

/** The agents that are connected to a node, with the generation that each was told last. */
export type Hub = Map<SiteId, { readonly connection: Connection; told: number }>;

/** Serves one agent: its messages are taken one after the other, so that an older report never overwrites a newer one. */
export function serveAgent(
  world: World,
  given: { readonly connection: Connection; readonly hub: Hub; readonly process: Process },
): void {
  const { connection, hub, process } = given;
  const { site } = connection;
  const waiting: ToServer[] = [];
  let busy = false;
  let lastSequence = 0;
  function* handle(message: ToServer): Work {
    if (message.kind === 'hello') {
      if (!(yield* quietly(world, saveReport(world, { site, report: null })))) return connection.close();
      connection.toSite({ kind: 'welcome' });
      // The newest connection is the agent's: an older one is of before its restart.
      hub.get(site)?.connection.close();
      hub.set(site, { connection, told: world.has('push-news-only') ? generationOf(world, site) : 0 });
      pushDocument(world, hub, site);
      return;
    }
    if (message.kind === 'alive') {
      yield* quietly(world, saveReport(world, { site, report: null }));
      return connection.toSite({ kind: 'report-seen' });
    }
    const old = message.sequence <= lastSequence;
    if (old && !world.has('reports-in-any-order')) return world.story.count('old report ignored');
    lastSequence = message.sequence;
    yield* quietly(world, saveReport(world, { site, report: message.report }));
    world.watch.reportTaken(connection.id, message.sequence);
    connection.toSite({ kind: 'report-seen' });
  }
  function* workOff(): Work {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      yield world.chance.between(0, 3);
      yield* handle(next);
    }
    busy = false;
  }
  connection.onServer = (message) => {
    waiting.push(message);
    if (busy) return;
    busy = true;
    process.spawn(workOff());
  };
}

function generationOf(world: World, site: SiteId): number {
  return world.database.tables().sites.get(site)?.generation ?? 0;
}

/** Sends a site its newest document, unless it was sent on this connection already. */
export function pushDocument(world: World, hub: Hub, site: SiteId): void {
  const agent = hub.get(site);
  const row = world.database.isUp() ? world.database.tables().sites.get(site) : undefined;
  if (agent === undefined || row === undefined || row.document === null || agent.told >= row.generation) return;
  agent.told = row.generation;
  agent.connection.toSite({ kind: 'desired', signed: row.document });
}
