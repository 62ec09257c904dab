import { type EnvironmentId, type FleetPolicy, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

/** Rings that changes of an environment go over; null where all sites take them together. */
export async function readRings(db: Kysely<Tables>, environment: EnvironmentId): Promise<FleetPolicy | null> {
  const { rings } = await db
    .selectFrom('environments')
    .select('rings')
    .where('id', '=', environment)
    .executeTakeFirstOrThrow();
  return rings;
}

/** The environment with a name or key. */
export async function findEnvironment(db: Kysely<Tables>, reference: string) {
  const column = z.uuid().safeParse(reference).success ? 'id' : 'name';
  const found = await db
    .selectFrom('environments')
    .selectAll()
    .where((where) => where(column, '=', reference as never))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no environment ${reference}`);
}
