import { refuse } from '@almanac/domain';
import type { FastifyReply } from 'fastify';
import type { Kysely } from 'kysely';
import type { EventFeed, FeedEvent } from '#platform/events';
import type { Tables } from '#tables';

const heartbeatMs = 15_000;
/** A reader that is so far behind starts anew: reading everything once is cheaper than so many hints. */
const mostMissed = 1000;
/** Bytes that may wait for a slow reader before it is let go; it comes back and resumes. */
const mostWaiting = 1024 * 1024;
const mostReaders = 1000;

export interface EventStreamOptions {
  readonly db: Kysely<Tables>;
  /** Whether this reader may hear of an event. */
  readonly mayHear: (event: FeedEvent) => boolean | Promise<boolean>;
  readonly feed: EventFeed;
  readonly reply: FastifyReply;
  /** The position after which the reader goes on. */
  readonly after: number;
  /** Fires when the reader went away or the server stops. */
  readonly signal: AbortSignal;
}

/** Server-sent events (HTML standard, section 9.2) from a position on, for as long as the reader stays. */
export async function streamEvents(input: EventStreamOptions): Promise<void> {
  const { feed, reply, signal } = input;
  if (feed.readers() >= mostReaders) return refuse('too-many-requests', 'too many readers of live events; try later');
  reply.hijack();
  const { raw } = reply;
  // Whatever was set on the reply until now are the security headers, which are plain text.
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = (text: string) => {
    if (raw.writableLength > mostWaiting) raw.destroy();
    else raw.write(text);
  };
  let sent = input.after;
  const tell = async (event: FeedEvent) => {
    if (event.position <= sent) return;
    sent = event.position;
    if (!(await input.mayHear(event))) return;
    write(
      `id: ${event.position}\nevent: ${event.kind}\ndata: ${JSON.stringify({ ...event, at: event.at.toISOString() })}\n\n`,
    );
  };
  // One after the other, in the order of their positions, however long each is looked into.
  let told: Promise<void> = Promise.resolve();
  const tellInTurn = (event: FeedEvent) => {
    told = told.then(() => tell(event)).catch(() => void raw.destroy());
  };
  const waiting: FeedEvent[] = [];
  let caughtUp = false;
  const stop = feed.subscribe((event) => (caughtUp ? tellInTurn(event) : waiting.push(event)));
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  const leave = () => {
    stop();
    clearInterval(heartbeat);
    raw.end();
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) return leave();
  write(': welcome\n\n');
  try {
    const missed = await readMissed(input);
    if (missed === 'too-much') {
      sent = feed.position();
      write(`id: ${sent}\nevent: reset\ndata: {}\n\n`);
    } else missed.forEach(tellInTurn);
    caughtUp = true;
    waiting.forEach(tellInTurn);
  } catch (error) {
    // The answer has begun, so all that can be said is its end: the reader comes back and resumes.
    leave();
    throw error;
  }
}

/** What was told since a position; `too-much` when it cannot be told, or there never was such a position. */
async function readMissed(input: EventStreamOptions): Promise<readonly FeedEvent[] | 'too-much'> {
  const { db, after } = input;
  const { head, oldest } = await db
    .selectFrom('outboxHead')
    .select((expression) => [
      'position as head',
      expression
        .selectFrom('outbox')
        .select(({ fn }) => fn.min('position').as('oldest'))
        .as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  if (after > head || after < (oldest ?? head + 1) - 1) return 'too-much';
  const rows = await db
    .selectFrom('outbox')
    .select(['position', 'kind', 'subject', 'at'])
    .where('position', '>', after)
    .orderBy('position')
    .limit(mostMissed + 1)
    .execute();
  if (rows.length > mostMissed) return 'too-much';
  // Positions in the table are written by the relay alone, with the kinds of LiveEvent.
  return rows.flatMap(({ position, kind, subject, at }) =>
    position === null ? [] : [{ position, kind: kind as FeedEvent['kind'], subject, at }],
  );
}
