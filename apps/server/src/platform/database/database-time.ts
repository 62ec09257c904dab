import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../tables.ts';

/** The clock by which everything is decided. */
export async function databaseTime(db: Kysely<Tables>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select date_trunc('milliseconds', now()) as now`.execute(db);
  const now = rows[0]?.now;
  if (now === undefined) throw new Error('the database does not tell the time');
  return now;
}
