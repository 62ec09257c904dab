import { type AccessRole, affectedBy, type PrincipalAccess, type RoleId, refuse } from '@almanac/domain';
import type { AffectedPrincipalView } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { command, decodeCursor, type Endpoint, holdAtRevision, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { beginAccessChange, refuseExcess, refuseWithoutAdministrator } from './change-access.ts';
import { findRole } from './find-role.ts';
import { readGovernedApplications, readPrincipals, readRules } from './read-access.ts';
import { contentOf, environmentNames, getRoleRow, presentRole, roleRows, rowOf } from './role.wire.ts';

/** So many of those whom a change concerns are listed; the rest are counted. */
const mostListed = 200;

export const roleEndpoints: readonly Endpoint[] = [
  read('listRoles', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const names = await environmentNames(db);
    const rows = await roleRows(db)
      .$if(cursor !== undefined, (each) =>
        each.where(
          sql<boolean>`(not built_in, name) > (${String(cursor?.[0]) === 'true'}::boolean, ${String(cursor?.[1])})`,
        ),
      )
      .orderBy('builtIn', 'desc')
      .orderBy('name')
      .limit(query.limit + 1)
      .execute();
    return pageOf({
      rows,
      limit: query.limit,
      keyOf: (row) => [String(!row.builtIn), row.name],
      present: (row) => presentRole(row, names),
    });
  }),

  read('getRole', async ({ db }, { params }) => {
    const { id } = await findRole(db, params.role);
    return presentRole(await getRoleRow(db, id), await environmentNames(db));
  }),

  command('createRole', async (context, { body }) => {
    const { db } = context;
    const taken = await db.selectFrom('roles').select('id').where('name', '=', body.name).executeTakeFirst();
    if (taken !== undefined) return refuse('name-taken', `a role is called ${body.name} already`);
    const change = await beginAccessChange(context);
    const content = await contentOf(db, body);
    const id = context.newId<'role'>();
    const { name, displayName = name } = body;
    refuseExcess(change, { role: { id, name, displayName, ...content }, as: 'default' });
    await db
      .insertInto('roles')
      .values({ id, name, displayName, ...rowOf(content), createdAt: context.now })
      .execute();
    context.audit({ subject: `role:${name}` });
    return presentRole(await getRoleRow(db, id), await environmentNames(db));
  }),

  command('updateRole', async (context, { params, body, expectedRevision }) => {
    const { db } = context;
    const role = await findRole(db, params.role);
    if (role.builtIn && role.name === 'administrator')
      return refuse('not-permitted', 'what the administrator may do is never changed; make another role');
    const change = await beginAccessChange(context);
    await holdAtRevision(context, { table: 'roles', id: role.id, expected: expectedRevision });
    if (change.grantor !== null && hasRole(change.grantor.access, role.id))
      return refuse('not-permitted', `you have the role ${role.name}, and nobody changes their own; ask somebody else`);
    const content = await contentOf(db, body, role);
    const displayName = body.displayName ?? role.displayName;
    // Whoever holds less than a role neither widens nor narrows it.
    for (const each of [role, { ...role, ...content }]) refuseExcess(change, { role: each, as: 'default' });
    const names = await environmentNames(db);
    const before = presentRole(await getRoleRow(db, role.id), names);
    await db
      .updateTable('roles')
      .set({ displayName, ...rowOf(content), revision: sql`revision + 1` })
      .where('id', '=', role.id)
      .execute();
    await refuseWithoutAdministrator(db);
    context.audit({ subject: `role:${role.name}`, detail: { ...body }, before });
    return presentRole(await getRoleRow(db, role.id), names);
  }),

  read('previewRole', async ({ db }, { params, body }) => {
    const role = await findRole(db, params.role);
    const all = await affectedByChange(db, { ...role, ...(await contentOf(db, body, role)) });
    return { affected: all.slice(0, mostListed), total: all.length };
  }),

  command('deleteRole', async (context, { params, expectedRevision }) => {
    const { db } = context;
    const role = await findRole(db, params.role);
    if (role.builtIn) return refuse('not-permitted', `${role.displayName} is a role that every installation has`);
    const change = await beginAccessChange(context);
    await holdAtRevision(context, { table: 'roles', id: role.id, expected: expectedRevision });
    refuseExcess(change, { role, as: 'default' });
    const row = await getRoleRow(db, role.id);
    if (row.given > 0)
      return refuse('in-use', `${role.name} is given ${row.given} times; give those people another role first`);
    await db.deleteFrom('roles').where('id', '=', role.id).execute();
    context.audit({ subject: `role:${role.name}`, before: presentRole(row, await environmentNames(db)), after: null });
    return undefined;
  }),
];

function hasRole({ defaultRole, memberships, grants }: PrincipalAccess, role: RoleId): boolean {
  return [defaultRole, ...memberships.values(), ...grants.values()].includes(role);
}

/** Who could do other things than now if this were the role of its key. */
async function affectedByChange(db: Kysely<Tables>, role: AccessRole): Promise<AffectedPrincipalView[]> {
  const { roles, environments } = await readRules(db);
  const holders = [...(await readPrincipals(db)).values()].filter((each) => hasRole(each, role.id));
  const affected = affectedBy({
    principals: holders,
    applications: await readGovernedApplications(db),
    environments,
    before: roles,
    after: new Map(roles).set(role.id, role),
  });
  const named = await environmentNames(db);
  const applications = new Map(
    (await db.selectFrom('applications').select(['id', 'name']).execute()).map((each) => [each.id, each.name]),
  );
  return affected.map(({ principal, name, places, rights }) => ({
    principal: { id: principal, name },
    rights: { gained: [...rights.gained], lost: [...rights.lost] },
    places: places.map(({ environment, application, gained, lost }) => ({
      environment: { id: environment.id, name: named.get(environment.id) ?? '' },
      application: application === null ? null : { id: application, name: applications.get(application) ?? '' },
      gained: [...gained],
      lost: [...lost],
    })),
  }));
}
