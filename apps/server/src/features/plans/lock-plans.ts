import type { EnvironmentId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/**
 * Lets one transaction at a time decide about the plans of an environment, until it ends: two plans must not leave the
 * queue past each other, and whoever decides must not be overtaken. It is taken before any plan is read.
 */
export async function lockPlans(db: Kysely<Tables>, environment: EnvironmentId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`plans:${environment}`}, 0))`.execute(db);
}
