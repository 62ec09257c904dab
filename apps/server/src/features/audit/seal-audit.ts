import { createHash } from 'node:crypto';
import { sealedText } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Entries that one transaction seals. */
const batch = 1000;

interface Unsealed {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Gives the entries that are committed and have no place in the chain one, oldest first; says how many. The head is locked, so
 * that one node seals at a time; whoever commits later comes later, whatever began first.
 */
export async function sealAudit(db: Kysely<Tables>): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const head = await trx
      .selectFrom('auditHead')
      .select(['sequence', 'hash'])
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (head === undefined) return 0;
    const { rows } = await sql<Unsealed>`
      select id, at, actor, action, subject, detail::text as detail, before_digest as before, after_digest as after
      from audit where sequence is null order by id limit ${batch}`.execute(trx);
    if (rows.length === 0) return 0;
    let { sequence, hash } = head;
    const sealed = rows.map(({ id, at, ...entry }) => {
      sequence += 1;
      hash = createHash('sha256')
        .update(sealedText(hash, { ...entry, sequence, at: at.toISOString() }))
        .digest('hex');
      return { id, sequence, hash };
    });
    await sql`
      update audit set sequence = given.sequence, hash = given.hash
      from unnest(${sealed.map((each) => each.id)}::uuid[], ${sealed.map((each) => each.sequence)}::bigint[],
        ${sealed.map((each) => each.hash)}::text[]) as given (id, sequence, hash)
      where audit.id = given.id`.execute(trx);
    await trx.updateTable('auditHead').set({ sequence, hash }).execute();
    return rows.length;
  });
}
