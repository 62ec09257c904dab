import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../tables.ts';

/** Only one relay on one node gives positions at a time. */
const relayLock = 7_400_001;

/** Tells every node that positions were given; a hint with a poll behind it. */
export const outboxChannel = 'almanac_outbox';

/**
 * Gives positions to the events that are committed and have none. What commits later gets a later position, whatever
 * the order in which the transactions began, so a reader that goes by position misses nothing.
 */
export async function relayOnce(db: Kysely<Tables>): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(${relayLock}) as locked`.execute(
      trx,
    );
    if (rows[0]?.locked !== true) return 0;
    const { numAffectedRows } = await sql`
      with waiting as (select id, row_number() over (order by at, id) as turn from outbox where position is null order by at, id limit 1000),
           head as (select position from outbox_head for update),
           given as (update outbox o set position = head.position + waiting.turn from waiting, head where o.id = waiting.id returning o.position)
      update outbox_head set position = greatest(outbox_head.position, (select max(position) from given))
      where exists (select 1 from given)`.execute(trx);
    const any = (numAffectedRows ?? 0n) > 0n;
    if (any) await sql`select pg_notify(${outboxChannel}, '')`.execute(trx);
    return any ? 1 : 0;
  });
}
