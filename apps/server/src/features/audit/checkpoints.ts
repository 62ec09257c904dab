import { checkpointText } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Signs a text with the key of this installation. */
export type Sign = (
  db: Kysely<Tables>,
  text: string,
) => Promise<{ readonly keyId: string; readonly signature: string }>;

/** A checkpoint is due after so many entries, and after so many seconds where there are fewer. */
const dueEntries = 1000;
const dueSeconds = 60;

/** Signs the end of the chain where a checkpoint is due. */
export async function signCheckpoint(db: Kysely<Tables>, sign: Sign): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const head = await trx.selectFrom('auditHead').select(['sequence', 'hash']).forUpdate().executeTakeFirstOrThrow();
    const { rows } = await sql<{ due: boolean; now: Date }>`
      select now() as now, coalesce(bool_or(${head.sequence} >= sequence + ${dueEntries}
          or (${head.sequence} > sequence and at <= now() - make_interval(secs => ${dueSeconds}))), ${head.sequence} > 0) as due
      from (select sequence, at from audit_checkpoints order by sequence desc limit 1) newest`.execute(trx);
    const [row] = rows;
    if (row?.due !== true) return;
    const at = row.now.toISOString();
    const { sequence, hash } = head;
    const signed = await sign(trx, checkpointText({ sequence, hash, at }));
    await trx
      .insertInto('auditCheckpoints')
      .values({ sequence, hash, at: new Date(at), ...signed, deliveredAt: null })
      .execute();
  });
}

/** Takes entries out that are older than they are kept, up to a checkpoint that somebody outside has; says how many. */
export async function forgetAudit(
  db: Kysely<Tables>,
  given: { readonly days: number; readonly onlyDelivered: boolean },
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit where sequence <= (
      select max(c.sequence) from audit_checkpoints c
      where (c.delivered_at is not null or not ${given.onlyDelivered})
        and c.sequence < (select sequence from audit_head)
        and not exists (select from audit a where a.sequence <= c.sequence
          and a.at > now() - make_interval(days => ${given.days}::int)))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
