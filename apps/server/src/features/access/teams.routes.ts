import { anyOf, mayManageTeam, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { command, decodeCursor, type Endpoint, holdAtRevision, pageOf, read } from '#platform/http';
import { beginAccessChange, refuseExcess, refuseOwn, refuseUnmanaged } from './change-access.ts';
import { findPrincipal } from './find-principal.ts';
import { findRole } from './find-role.ts';
import { findTeam } from './find-team.ts';
import { roleOfMember, saveMember } from './members.ts';
import { presentTeam, teamRows } from './team.wire.ts';

export const teamEndpoints: readonly Endpoint[] = [
  read('listTeams', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const rows = await teamRows(db)
      .$if(cursor !== undefined, (each) => each.where('name', '>', String(cursor?.[0])))
      .orderBy('name')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.name], present: (row) => row });
  }),

  read('getTeam', async ({ db, actor }, { params }) => {
    const { id, name } = await findTeam(db, params.team);
    const may =
      actor.kind === 'principal' && (actor.access.memberships.has(id) || mayManageTeam(actor.access, actor.roles, id));
    return may
      ? presentTeam(db, { team: id, actor })
      : refuse('not-permitted', `what is in the team ${name} is for its members and those who manage it`);
  }),

  command('createTeam', async (context, { body }) => {
    const { db, actor } = context;
    const taken = await db.selectFrom('teams').select('id').where('name', '=', body.name).executeTakeFirst();
    if (taken !== undefined) return refuse('name-taken', `a team is called ${body.name} already`);
    const id = context.newId<'team'>();
    const { name, displayName = name } = body;
    await db.insertInto('teams').values({ id, name, displayName, createdAt: context.now }).execute();
    context.audit({ subject: `team:${name}` });
    return presentTeam(db, { team: id, actor });
  }),

  command('updateTeam', async (context, { params, body, expectedRevision }) => {
    const { db, actor } = context;
    const team = await findTeam(db, params.team);
    refuseUnmanaged(await beginAccessChange(context), team.id);
    await holdAtRevision(context, { table: 'teams', id: team.id, expected: expectedRevision });
    const before = await presentTeam(db, { team: team.id, actor });
    await db
      .updateTable('teams')
      .set({ displayName: body.displayName, revision: sql`revision + 1` })
      .where('id', '=', team.id)
      .execute();
    context.audit({ subject: `team:${team.name}`, detail: { ...body }, before });
    return presentTeam(db, { team: team.id, actor });
  }),

  command('deleteTeam', async (context, { params, expectedRevision }) => {
    const { db, actor } = context;
    const team = await findTeam(db, params.team);
    await beginAccessChange(context);
    await holdAtRevision(context, { table: 'teams', id: team.id, expected: expectedRevision });
    const before = await presentTeam(db, { team: team.id, actor });
    const owned = await db.selectFrom('applications').select('name').where('teamId', '=', team.id).execute();
    if (owned.length > 0)
      return refuse(
        'in-use',
        `${team.name} owns ${owned.map((each) => each.name).join(', ')}; give them to another team first`,
      );
    await db.deleteFrom('teams').where('id', '=', team.id).execute();
    context.audit({ subject: `team:${team.name}`, before, after: null });
    return undefined;
  }),

  command('setMember', async (context, { params, body }) => {
    const { db, actor } = context;
    const team = await findTeam(db, params.team);
    const principal = await findPrincipal(db, params.principal);
    const role = await findRole(db, body.role);
    const change = await beginAccessChange(context);
    refuseUnmanaged(change, team.id);
    const before = await presentTeam(db, { team: team.id, actor });
    await saveMember(context, { change, team: team.id, principal, role });
    context.audit({ subject: `team:${team.name}`, detail: { principal: principal.name, role: role.name }, before });
    return presentTeam(db, { team: team.id, actor });
  }),

  command('removeMember', async (context, { params }) => {
    const { db, actor } = context;
    const team = await findTeam(db, params.team);
    const principal = await findPrincipal(db, params.principal);
    const change = await beginAccessChange(context);
    refuseUnmanaged(change, team.id);
    refuseOwn(change, principal.id);
    const earlier = await roleOfMember(db, { team: team.id, principal: principal.id });
    if (earlier === undefined) return refuse('not-found', `${principal.name} is not in the team ${team.name}`);
    refuseExcess(change, { role: earlier, as: 'applications', at: anyOf(team.id) });
    const before = await presentTeam(db, { team: team.id, actor });
    await db.deleteFrom('memberships').where('teamId', '=', team.id).where('principalId', '=', principal.id).execute();
    context.audit({ subject: `team:${team.name}`, detail: { principal: principal.name, role: null }, before });
    return presentTeam(db, { team: team.id, actor });
  }),

  command('setOwner', async (context, { params, body }) => {
    const { db } = context;
    const application = await findApplication(db, params.application);
    const team = body.team === null ? null : await findTeam(db, body.team);
    const change = await beginAccessChange(context);
    // The members get their roles of the team for it: nobody gives by it what they do not hold, not even to themselves.
    const given = await db
      .selectFrom('memberships')
      .innerJoin('roles', 'roles.id', 'memberships.roleId')
      .selectAll('roles')
      .distinctOn('roles.id')
      .where(sql<boolean>`team_id = any(${[application.teamId, team?.id ?? null]}::uuid[])`)
      .execute();
    const at = { id: application.id, team: application.teamId };
    for (const role of given) refuseExcess(change, { role, as: 'applications', at });
    await db
      .updateTable('applications')
      .set({ teamId: team?.id ?? null, revision: sql`revision + 1` })
      .where('id', '=', application.id)
      .execute();
    await context.record({ kind: 'application-changed', subject: { application: application.id } });
    const before = { team: application.teamId };
    context.audit({ subject: `application:${application.name}`, detail: { team: team?.name ?? null }, before });
    return {
      application: { id: application.id, name: application.name },
      team: team === null ? null : { id: team.id, name: team.name },
    };
  }),
];
