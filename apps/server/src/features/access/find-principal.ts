import { type PrincipalId, refuse } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

/** Principals with the names of their default role and of their teams. */
export function principalsWithAccess(db: Kysely<Tables>) {
  return db
    .selectFrom('principals')
    .leftJoin('roles', 'roles.id', 'principals.defaultRoleId')
    .selectAll('principals')
    .select('roles.name as role')
    .select(
      sql<{ name: string; role: string }[]>`(
        select coalesce(json_agg(json_build_object('name', t.name, 'role', r.name) order by t.name), '[]')
        from memberships m join teams t on t.id = m.team_id join roles r on r.id = m.role_id
        where m.principal_id = principals.id)`.as('teams'),
    );
}

/** By name or key. */
export async function findPrincipal(db: Kysely<Tables>, reference: string) {
  const byKey = z.uuid().safeParse(reference).success;
  const found = await principalsWithAccess(db)
    .where((where) =>
      byKey ? where('principals.id', '=', reference as PrincipalId) : where('principals.name', '=', reference),
    )
    .executeTakeFirst();
  return found ?? refuse('not-found', `nobody is called ${reference}`);
}
