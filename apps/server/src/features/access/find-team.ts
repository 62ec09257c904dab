import { refuse, type TeamId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

/** By name or key. */
export async function findTeam(db: Kysely<Tables>, reference: string) {
  const byKey = z.uuid().safeParse(reference).success;
  const found = await db
    .selectFrom('teams')
    .selectAll()
    .where((where) => (byKey ? where('id', '=', reference as TeamId) : where('name', '=', reference)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no team ${reference}; see: almanac team list`);
}
