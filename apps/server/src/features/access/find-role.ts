import { type RoleId, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

/** By name or key. */
export async function findRole(db: Kysely<Tables>, reference: string) {
  const byKey = z.uuid().safeParse(reference).success;
  const found = await db
    .selectFrom('roles')
    .selectAll()
    .where((where) => (byKey ? where('id', '=', reference as RoleId) : where('name', '=', reference)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no role ${reference}; see: almanac role list`);
}
