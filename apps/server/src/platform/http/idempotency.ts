import { createHash } from 'node:crypto';
import { refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { actorName } from '../transaction.ts';
import type { CommandContext } from './endpoint.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Gives a repeated request the answer of the first one. The key is claimed in the transaction of the command, so
 * either both are there afterwards or neither; a second request that comes meanwhile waits for the first.
 */
export async function once(input: {
  readonly context: CommandContext;
  readonly key: string | undefined;
  readonly request: unknown;
  readonly work: () => Promise<Answer>;
}): Promise<Answer> {
  const { context, key } = input;
  if (key === undefined) return input.work();
  if (key.length < 8 || key.length > 200)
    return refuse('invalid-request', 'an Idempotency-Key has 8 to 200 characters');
  const actor = actorName(context.actor);
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
    return { status: earlier.status, body: earlier.response.body };
  }
  const answer = await input.work();
  await context.db
    .insertInto('idempotency')
    .values({ actor, key, requestHash, status: answer.status, response: JSON.stringify({ body: answer.body }) })
    .execute();
  return answer;
}
