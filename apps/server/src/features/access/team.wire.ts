import { type Actor, mayManageTeam, type TeamId } from '@almanac/domain';
import type { TeamDetail } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';
import { knowsApplication } from './knows-application.ts';

/** Teams with their sizes. */
export function teamRows(db: Kysely<Tables>) {
  return db
    .selectFrom('teams')
    .select(['id', 'name', 'displayName', 'revision'])
    .select(sql<number>`(select count(*) from memberships where team_id = teams.id)`.as('members'))
    .select(sql<number>`(select count(*) from applications where team_id = teams.id)`.as('applications'));
}

export async function presentTeam(
  db: Kysely<Tables>,
  given: { readonly team: TeamId; readonly actor: Actor },
): Promise<TeamDetail> {
  const { team, actor } = given;
  const { id, name, displayName, revision } = await teamRows(db).where('id', '=', team).executeTakeFirstOrThrow();
  const members = await db
    .selectFrom('memberships')
    .innerJoin('principals', 'principals.id', 'memberships.principalId')
    .innerJoin('roles', 'roles.id', 'memberships.roleId')
    .select(['principals.id', 'principals.name', 'principals.displayName', 'principals.active'])
    .select(['roles.id as roleId', 'roles.name as roleName'])
    .where('teamId', '=', team)
    .orderBy('principals.name')
    .execute();
  const owned = await db
    .selectFrom('applications')
    .select(['id', 'name', 'teamId'])
    .where('teamId', '=', team)
    .orderBy('name')
    .execute();
  const applications = owned
    .filter((each) => knowsApplication(actor, { id: each.id, team: each.teamId }))
    .map(({ id: application, name: called }) => ({ id: application, name: called }));
  const manageable =
    actor.kind === 'system' || (actor.kind === 'principal' && mayManageTeam(actor.access, actor.roles, id));
  return {
    id,
    name,
    displayName,
    revision,
    manageable,
    applications,
    members: members.map(({ roleId, roleName, ...principal }) => ({
      principal,
      role: { id: roleId, name: roleName },
    })),
  };
}
