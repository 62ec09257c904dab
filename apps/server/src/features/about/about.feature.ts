import { rightsOf } from '@almanac/domain';
import { agentProtocol } from '@almanac/protocol';
import { sql } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import type { EventFeed } from '#platform/events';
import type { Feature } from '#platform/feature';
import { direct, type Endpoint, read } from '#platform/http';
import { beyondScope } from '#scope';
import type { MayHear } from './may-hear.ts';
import { streamEvents } from './stream-events.ts';

/** What this server is, and what happens now. */
export function aboutFeature(input: {
  readonly version: string;
  readonly database: { readonly version: string; readonly embedded: boolean };
  readonly startedAt: Date;
  readonly feed: EventFeed;
  readonly mayHear: MayHear;
}): Feature {
  const endpoints: readonly Endpoint[] = [
    read('getAbout', async ({ db }) => {
      const { incarnation } = await db.selectFrom('installation').select('incarnation').executeTakeFirstOrThrow();
      const agents = await db
        .selectFrom('sites')
        .select(['agentVersion as version', sql<number>`count(*)`.as('sites')])
        .where('agentVersion', 'is not', null)
        .groupBy('agentVersion')
        .orderBy('agentVersion')
        .execute();
      return {
        version: input.version,
        protocol: agentProtocol.version,
        node: process.versions.node,
        database: input.database,
        incarnation,
        startedAt: input.startedAt.toISOString(),
        agents: agents.map((each) => ({ version: each.version ?? '', sites: each.sites })),
      };
    }),
    direct('streamEvents', async ({ db, actor, signal }, { query, http }) => {
      const rights = actor.kind === 'principal' ? rightsOf(actor.access, actor.roles) : [];
      const resume = Number(http.request.headers['last-event-id'] ?? query.after ?? input.feed.position());
      await streamEvents({
        db: beyondScope(db, 'each event is asked for before it is told'),
        mayHear: (event) => input.mayHear(event, { scope: db.scope, rights }),
        signal,
        feed: input.feed,
        reply: http.reply,
        after: Number.isFinite(resume) ? resume : input.feed.position(),
      });
      return undefined as never;
    }),
  ];
  return { name: 'about', endpoints, measure: (registry) => measureReaders(registry, input.feed) };
}

function measureReaders(registry: Registry, feed: EventFeed): void {
  new Gauge({
    name: 'almanac_event_readers',
    help: 'Streams, requests and parts of the server that wait for events',
    registers: [registry],
    collect() {
      this.set(feed.readers());
    },
  });
}
