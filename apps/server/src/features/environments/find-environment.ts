import { refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

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
