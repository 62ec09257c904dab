import { type PrincipalId, refuse } from '@almanac/domain';
import type { Principal } from '@almanac/protocol';
import { sql } from 'kysely';
import { type CommandContext, command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { endOfToken, makeApiToken, makerOf, withinMaker } from './api-tokens.ts';
import {
  beginAccessChange,
  beginAccountChange,
  refuseExcess,
  refuseOwn,
  refuseWithoutAdministrator,
} from './change-access.ts';
import { deactivateAccount } from './deactivate-account.ts';
import { findPrincipal, principalsWithAccess } from './find-principal.ts';
import { findRole } from './find-role.ts';
import { findTeam } from './find-team.ts';
import { saveMember } from './members.ts';
import { presentPrincipal } from './present-principal.ts';

/** People and service accounts besides the first administrator: a plan and its approval need two of them. */
export const principalEndpoints: readonly Endpoint[] = [
  read('listPrincipals', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const rows = await principalsWithAccess(db)
      .$if(cursor !== undefined, (each) => each.where('principals.name', '>', String(cursor?.[0])))
      .orderBy('principals.name')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.name], present });
  }),

  command('createPrincipal', async (context, { body, http }) => {
    await refuseTakenName(context, body.name);
    const principal = await makePrincipal(context, { ...body, kind: 'service' });
    const { secret } = await makeApiToken(context, {
      ...withinMaker(await makerOf(context, http), {
        expiresAt: await endOfToken(context, body.expiresInDays),
        limits: body.limits,
      }),
      principal: principal.id,
      name: 'made with the account',
      parentId: null,
      provedUntil: null,
    });
    context.audit({
      subject: `principal:${body.name}`,
      detail: { role: body.role, teams: body.teams ?? [] },
      after: principal,
    });
    return { ...principal, secret };
  }),

  command('deactivatePrincipal', async (context, { params }) => {
    const { db, actor } = context;
    const { account: found } = await beginAccountChange(context, params.principal);
    if (actor.kind === 'principal' && actor.id === found.id)
      return refuse('not-permitted', 'nobody deactivates themselves; ask another administrator');
    if (found.kind === 'builder') await refuseLastBuilder(context, found);
    await deactivateAccount(db, found.id);
    await refuseWithoutAdministrator(db);
    context.audit({ subject: `principal:${found.name}`, before: present(found) });
    return present({ ...found, active: false });
  }),

  command('activatePrincipal', async (context, { params }) => {
    const { account: found } = await beginAccountChange(context, params.principal);
    if (found.active) return refuse('wrong-state', `${found.name} is active`);
    await context.db.updateTable('principals').set({ active: true }).where('id', '=', found.id).execute();
    context.audit({ subject: `principal:${found.name}`, before: present(found) });
    return present({ ...found, active: true });
  }),

  command('updatePrincipal', async (context, { params, body }) => {
    const { db } = context;
    const { account: found, change } = await beginAccountChange(context, params.principal);
    const role = body.role === undefined ? undefined : await findRole(db, body.role);
    if (role !== undefined && role.id !== found.defaultRoleId) {
      if (found.kind === 'builder') return refuse('not-permitted', `${found.name} builds, and does nothing else`);
      refuseOwn(change, found.id);
      refuseExcess(change, { role, as: 'default' });
    }
    await db
      .updateTable('principals')
      .set({
        displayName: body.displayName ?? found.displayName,
        defaultRoleId: role?.id ?? found.defaultRoleId,
        revision: sql`revision + 1`,
      })
      .where('id', '=', found.id)
      .execute();
    await refuseWithoutAdministrator(db);
    context.audit({ subject: `principal:${found.name}`, detail: { ...body }, before: present(found) });
    return present(await findPrincipal(db, found.id));
  }),
];

/** Makes an account; a person gets a password by a link. */
export async function makePrincipal(
  context: CommandContext,
  given: {
    readonly kind: 'user' | 'service';
    readonly name: string;
    readonly displayName?: string | undefined;
    readonly role: string;
    readonly teams?: readonly { readonly team: string; readonly role: string }[] | undefined;
  },
): Promise<Principal> {
  const { db } = context;
  const id = context.newId<'principal'>();
  const change = await beginAccessChange(context);
  const role = await findRole(db, given.role);
  refuseExcess(change, { role, as: 'default' });
  const { kind, name, displayName = name } = given;
  await db
    .insertInto('principals')
    .values({ id, kind, name, displayName, defaultRoleId: role.id, passwordHash: null, createdAt: context.now })
    .execute();
  for (const each of given.teams ?? []) {
    const team = (await findTeam(db, each.team)).id;
    await saveMember(context, { change, team, principal: { id, name, kind }, role: await findRole(db, each.role) });
  }
  return presentPrincipal(await findPrincipal(db, id));
}

export async function refuseTakenName({ db }: CommandContext, name: string): Promise<void> {
  const taken = await db.selectFrom('principals').select('id').where('name', '=', name).executeTakeFirst();
  if (taken !== undefined) refuse('name-taken', `somebody is called ${name} already`);
}

/** Something must be left that builds. */
async function refuseLastBuilder(
  { db }: CommandContext,
  found: { readonly id: PrincipalId; readonly name: string },
): Promise<void> {
  const others = await db
    .selectFrom('principals')
    .select('id')
    .where('kind', '=', 'builder')
    .where('active', '=', true)
    .where('id', '<>', found.id)
    .execute();
  if (others.length === 0) refuse('in-use', `${found.name} is the last builder`);
}

function present(row: Principal & { readonly active: boolean }) {
  return { ...presentPrincipal(row), active: row.active };
}
