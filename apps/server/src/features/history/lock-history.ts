import type { EnvironmentId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Lets entries and snapshots of one environment be written one after the other; held until the commit. */
export async function lockHistory(db: Kysely<Tables>, environment: EnvironmentId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`history:${environment}`}, 0))`.execute(db);
}
