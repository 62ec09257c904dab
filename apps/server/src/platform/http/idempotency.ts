import { createHash } from 'node:crypto';
import { actorName, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { z } from 'zod';
import type { CommandContext } from './endpoint.ts';

const kept = z.object({ body: z.unknown() });

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Encrypts answers while they are kept: some of them carry a token that is shown once. */
export interface AnswerBox {
  readonly close: (text: string, request: string) => string;
  readonly open: (sealed: string, request: string) => string;
}

/**
 * Gives a repeated request the answer of the first one. The key is claimed in the transaction of the command, so
 * either both are there afterwards or neither; a second request that comes meanwhile waits for the first.
 */
export async function once(input: {
  readonly context: CommandContext;
  readonly key: string | undefined;
  readonly request: unknown;
  readonly box: AnswerBox;
  readonly work: () => Promise<Answer>;
}): Promise<Answer> {
  const { context, key, box } = input;
  if (key === undefined) return input.work();
  if (key.length < 8 || key.length > 200)
    return refuse('invalid-request', 'an Idempotency-Key has 8 to 200 characters');
  const actor = actorName(context.actor);
  const request = JSON.stringify([actor, key]);
  const requestHash = createHash('sha256').update(JSON.stringify(input.request)).digest('hex');
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${actor}:${key}`}, 0))`.execute(context.db);
  const earlier = await context.db
    .selectFrom('idempotency')
    .selectAll()
    .where('actor', '=', actor)
    .where('key', '=', key)
    .executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.requestHash !== requestHash)
      refuse('idempotency-key-reused', 'this Idempotency-Key was sent with another request; use a new one');
    context.audit(null);
    return { status: earlier.status, body: kept.parse(JSON.parse(box.open(earlier.response.sealed, request))).body };
  }
  const answer = await input.work();
  const response = JSON.stringify({ sealed: box.close(JSON.stringify({ body: answer.body }), request) });
  await context.db
    .insertInto('idempotency')
    .values({ actor, key, requestHash, status: answer.status, response })
    .execute();
  return answer;
}
