import type { LiveEvent } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { Tables } from '../../tables.ts';
import { outboxChannel, relayOnce } from './relay.ts';

export interface FeedEvent {
  readonly position: number;
  readonly kind: LiveEvent['kind'];
  readonly subject: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** Events in the order of their positions, for this process. */
export interface EventFeed {
  readonly subscribe: (listener: (event: FeedEvent) => void) => () => void;
  /** Resolves at the next event that `matches`, after `seconds`, or when `signal` fires. */
  readonly waitFor: (input: {
    readonly matches: (event: FeedEvent) => boolean;
    readonly seconds: number;
    readonly signal: AbortSignal;
  }) => Promise<void>;
  /** Something was just committed here: no need to wait for the poll. */
  readonly hint: () => void;
  readonly position: () => number;
  /** How many listen now. */
  readonly readers: () => number;
  readonly close: () => Promise<void>;
}

const pollMs = 500;
const keepEvents = '7 days';

/** Runs the relay and reads what it placed; LISTEN makes it quick, the poll makes it sure. */
export async function createEventFeed(input: {
  readonly db: Kysely<Tables>;
  readonly listenConfig: pg.ClientConfig;
  readonly onError: (error: unknown) => void;
}): Promise<EventFeed> {
  const { db } = input;
  const listeners = new Set<(event: FeedEvent) => void>();
  const head = await db.selectFrom('outboxHead').select('position').executeTakeFirstOrThrow();
  let position = head.position;
  let closed = false;
  let running: Promise<void> | undefined;
  let again = false;

  const pump = async (): Promise<void> => {
    await relayOnce(db);
    for (;;) {
      const events = await db
        .selectFrom('outbox')
        .select(['position', 'kind', 'subject', 'at'])
        .where('position', '>', position)
        .orderBy('position')
        .limit(500)
        .execute();
      for (const event of events) {
        if (event.position === null) continue;
        position = event.position;
        // The check constraint of this text is the enumeration of LiveEvent: only our own code writes it.
        const told: FeedEvent = {
          position,
          kind: event.kind as FeedEvent['kind'],
          subject: event.subject,
          at: event.at,
        };
        for (const listener of [...listeners]) listener(told);
      }
      if (events.length < 500) return;
    }
  };
  const run = (): void => {
    if (closed) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = pump()
      .catch(input.onError)
      .finally(() => {
        running = undefined;
        if (again) {
          again = false;
          run();
        }
      });
  };
  const timer = setInterval(run, pollMs);
  const cleanup = setInterval(() => void dropOld(db).catch(input.onError), 3_600_000);
  const stopListening = keepListening({ config: input.listenConfig, onNotice: run, onError: input.onError });
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    waitFor: ({ matches, seconds, signal }) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(limit);
          listeners.delete(listener);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const listener = (event: FeedEvent) => matches(event) && done();
        const limit = setTimeout(done, seconds * 1000);
        listeners.add(listener);
        signal.addEventListener('abort', done, { once: true });
        if (signal.aborted || closed) done();
      }),
    hint: run,
    position: () => position,
    readers: () => listeners.size,
    close: async () => {
      closed = true;
      clearInterval(timer);
      clearInterval(cleanup);
      stopListening();
      await running;
    },
  };
}

async function dropOld(db: Kysely<Tables>): Promise<void> {
  await sql`delete from outbox where position is not null and at < now() - ${keepEvents}::interval`.execute(db);
}

/** Holds a connection of its own that listens; one that breaks is opened again. */
function keepListening(input: {
  readonly config: pg.ClientConfig;
  readonly onNotice: () => void;
  readonly onError: (error: unknown) => void;
}): () => void {
  let stopped = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({ ...input.config, keepAlive: true });
    client = fresh;
    const lost = () => {
      if (stopped || client !== fresh) return;
      client = undefined;
      timer = setTimeout(() => void connect(), 1000);
    };
    fresh.on('error', lost);
    fresh.on('end', lost);
    fresh.on('notification', input.onNotice);
    try {
      await fresh.connect();
      await fresh.query(`listen ${outboxChannel}`);
      input.onNotice();
    } catch (error) {
      if (!stopped) input.onError(error);
      lost();
    }
  };
  void connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    void client?.end().catch(() => undefined);
  };
}
