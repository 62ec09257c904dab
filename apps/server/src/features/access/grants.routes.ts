import { type AccessRole, type Actor, type ApplicationId, type PrincipalId, refuse, rightsOf } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { findApplication } from '#features/applications';
import { type CommandContext, command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { beginAccessChange, refuseExcess, refuseOwn, refuseUnmanaged } from './change-access.ts';
import { findPrincipal } from './find-principal.ts';
import { findRole } from './find-role.ts';
import { knowsApplication } from './knows-application.ts';
import { readGovernedApplications } from './read-access.ts';

/** Roles for single applications: given by those who manage the team that owns it, or all teams. */
export const grantEndpoints: readonly Endpoint[] = [
  read('listGrants', async ({ db, actor }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const principal = query.principal === undefined ? undefined : await findPrincipal(db, query.principal);
    const application = query.application === undefined ? undefined : await findApplication(db, query.application);
    if (application !== undefined && !knowsApplication(actor, { id: application.id, team: application.teamId }))
      return refuse('not-found', `there is no application ${query.application}`);
    const own = actor.kind === 'principal' ? [...actor.access.grants.keys()] : [];
    const known = (await readGovernedApplications(db, own)).filter((each) => knowsApplication(actor, each));
    const rows = await grantRows(db)
      .where(
        mayKnow(
          actor,
          known.map((each) => each.id),
        ),
      )
      .$if(principal !== undefined, (each) => each.where('principals.id', '=', principal?.id ?? null))
      .$if(application !== undefined, (each) => each.where('applications.id', '=', application?.id ?? null))
      .$if(cursor !== undefined, (each) =>
        each.where(
          sql<boolean>`(applications.name, principals.name) > (${String(cursor?.[0])}, ${String(cursor?.[1])})`,
        ),
      )
      .orderBy('applications.name')
      .orderBy('principals.name')
      .limit(query.limit + 1)
      .execute();
    return pageOf({
      rows,
      limit: query.limit,
      keyOf: (row) => [row.applicationName, row.principalName],
      present: presentGrant,
    });
  }),

  command('setGrant', async (context, { params, body }) => {
    const { db } = context;
    const { application, principal, change, at } = await beginGrant(context, params);
    const role = await findRole(db, body.role);
    if (principal.kind === 'builder')
      return refuse('not-permitted', `${principal.name} builds for all, and is granted nothing`);
    refuseExcess(change, { role, as: 'applications', at });
    const earlier = await grantedRole(context, { application: application.id, principal: principal.id });
    if (earlier !== undefined) refuseExcess(change, { role: earlier, as: 'applications', at });
    await db
      .insertInto('grants')
      .values({ applicationId: application.id, principalId: principal.id, roleId: role.id })
      .onConflict((on) => on.columns(['applicationId', 'principalId']).doUpdateSet({ roleId: role.id }))
      .execute();
    context.audit({
      subject: `application:${application.name}`,
      detail: { principal: principal.name, role: role.name },
      before: { role: earlier?.name ?? null },
    });
    return {
      principal: { id: principal.id, name: principal.name },
      application: { id: application.id, name: application.name },
      role: { id: role.id, name: role.name },
    };
  }),

  command('deleteGrant', async (context, { params }) => {
    const { application, principal, change, at } = await beginGrant(context, params);
    const earlier = await grantedRole(context, { application: application.id, principal: principal.id });
    if (earlier === undefined)
      return refuse('not-found', `${principal.name} was granted nothing for ${application.name}`);
    refuseExcess(change, { role: earlier, as: 'applications', at });
    await context.db
      .deleteFrom('grants')
      .where('applicationId', '=', application.id)
      .where('principalId', '=', principal.id)
      .execute();
    const detail = { principal: principal.name, role: null };
    context.audit({ subject: `application:${application.name}`, detail, before: { role: earlier.name }, after: null });
    return undefined;
  }),
];

async function beginGrant(
  context: CommandContext,
  params: { readonly application: string; readonly principal: string },
) {
  const application = await findApplication(context.db, params.application);
  const at = { id: application.id, team: application.teamId };
  if (!knowsApplication(context.actor, at)) return refuse('not-found', `there is no application ${params.application}`);
  const principal = await findPrincipal(context.db, params.principal);
  const change = await beginAccessChange(context);
  refuseUnmanaged(change, application.teamId);
  refuseOwn(change, principal.id);
  return { application, principal, change, at };
}

function grantedRole(
  { db }: CommandContext,
  given: { readonly application: ApplicationId; readonly principal: PrincipalId },
): Promise<AccessRole | undefined> {
  return db
    .selectFrom('grants')
    .innerJoin('roles', 'roles.id', 'grants.roleId')
    .selectAll('roles')
    .where('applicationId', '=', given.application)
    .where('principalId', '=', given.principal)
    .executeTakeFirst();
}

function grantRows(db: Kysely<Tables>) {
  return db
    .selectFrom('grants')
    .innerJoin('principals', 'principals.id', 'grants.principalId')
    .innerJoin('applications', 'applications.id', 'grants.applicationId')
    .innerJoin('roles', 'roles.id', 'grants.roleId')
    .select(['principals.id as principalId', 'principals.name as principalName'])
    .select(['applications.id as applicationId', 'applications.name as applicationName'])
    .select(['roles.id as roleId', 'roles.name as roleName']);
}

function presentGrant(row: Awaited<ReturnType<ReturnType<typeof grantRows>['executeTakeFirstOrThrow']>>) {
  return {
    principal: { id: row.principalId, name: row.principalName },
    application: { id: row.applicationId, name: row.applicationName },
    role: { id: row.roleId, name: row.roleName },
  };
}

/** Own grants for applications that one knows, those for applications of teams that one manages, or all. */
function mayKnow(actor: Actor, known: readonly ApplicationId[]) {
  if (actor.kind !== 'principal') return sql<boolean>`false`;
  const { access, roles } = actor;
  if (rightsOf(access, roles).includes('manage-teams')) return sql<boolean>`true`;
  const managed = [...access.memberships].filter(([, role]) => roles.get(role)?.rights.includes('manage-own-team'));
  return sql<boolean>`((principals.id = ${access.id} and applications.id = any(${known}::uuid[])) or applications.team_id = any(${managed.map(([team]) => team)}::uuid[]))`;
}
