import { type AccessRole, anyOf, type PrincipalId, refuse, type TeamId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import { type AccessChange, refuseExcess, refuseOwn } from './change-access.ts';

/** The role that somebody has in a team. */
export function roleOfMember(
  db: Kysely<Tables>,
  given: { readonly team: TeamId; readonly principal: PrincipalId },
): Promise<AccessRole | undefined> {
  return db
    .selectFrom('memberships')
    .innerJoin('roles', 'roles.id', 'memberships.roleId')
    .selectAll('roles')
    .where('teamId', '=', given.team)
    .where('principalId', '=', given.principal)
    .executeTakeFirst();
}

/** Gives somebody a role in a team, as far as whoever gives it holds it, and the one that it replaces. */
export async function saveMember(
  context: CommandContext,
  given: {
    readonly change: AccessChange;
    readonly team: TeamId;
    readonly principal: { readonly id: PrincipalId; readonly name: string; readonly kind: string };
    readonly role: AccessRole;
  },
): Promise<void> {
  const { change, team, principal, role } = given;
  if (principal.kind === 'builder')
    return refuse('not-permitted', `${principal.name} builds for all, and is in no team`);
  refuseOwn(change, principal.id);
  const at = anyOf(team);
  refuseExcess(change, { role, as: 'applications', at });
  const earlier = await roleOfMember(context.db, { team, principal: principal.id });
  if (earlier !== undefined) refuseExcess(change, { role: earlier, as: 'applications', at });
  await context.db
    .insertInto('memberships')
    .values({ teamId: team, principalId: principal.id, roleId: role.id })
    .onConflict((on) => on.columns(['teamId', 'principalId']).doUpdateSet({ roleId: role.id }))
    .execute();
}
