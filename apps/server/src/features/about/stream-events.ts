import type { FastifyReply } from 'fastify';
import type { Kysely } from 'kysely';
import type { EventFeed, FeedEvent } from '#platform/events';
import type { Tables } from '#tables';

const heartbeatMs = 15_000;
/** A reader that is so far behind starts anew: reading everything once is cheaper than so many hints. */
const mostMissed = 1000;
/** Bytes that may wait for a slow reader before it is let go; it comes back and resumes. */
const mostWaiting = 1024 * 1024;

/** Server-sent events (HTML standard, section 9.2) from a position on, for as long as the reader stays. */
export async function streamEvents(input: {
  readonly db: Kysely<Tables>;
  readonly feed: EventFeed;
  readonly reply: FastifyReply;
  readonly after: number;
}): Promise<void> {
  const { feed, reply, db } = input;
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let sent = input.after;
  const write = (text: string) => {
    if (raw.writableLength > mostWaiting) raw.destroy();
    else raw.write(text);
  };
  const tell = (event: Pick<FeedEvent, 'position' | 'kind' | 'subject' | 'at'>) => {
    if (event.position <= sent) return;
    sent = event.position;
    write(
      `id: ${event.position}\nevent: ${event.kind}\ndata: ${JSON.stringify({ ...event, at: event.at.toISOString() })}\n\n`,
    );
  };
  const waiting: FeedEvent[] = [];
  let caughtUp = false;
  const stop = feed.subscribe((event) => (caughtUp ? tell(event) : waiting.push(event)));
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  raw.on('close', () => {
    stop();
    clearInterval(heartbeat);
  });
  write(': welcome\n\n');
  const missed = await db
    .selectFrom('outbox')
    .select(['position', 'kind', 'subject', 'at'])
    .where('position', '>', sent)
    .orderBy('position')
    .limit(mostMissed + 1)
    .execute();
  if (missed.length > mostMissed) {
    sent = feed.position();
    write(`id: ${sent}\nevent: reset\ndata: {}\n\n`);
  }
  // Positions in the table are written by the relay alone, with the kinds of LiveEvent.
  for (const event of missed)
    if (event.position !== null) tell({ ...event, position: event.position, kind: event.kind as FeedEvent['kind'] });
  caughtUp = true;
  waiting.forEach(tell);
}
