import { type PrincipalId, refuse } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { type CommandContext, command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { hashToken, newToken } from './tokens.ts';

/** People and service accounts besides the first administrator: a plan and its approval need two of them. */
export const principalEndpoints: readonly Endpoint[] = [
  read('listPrincipals', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const rows = await db
      .selectFrom('principals')
      .selectAll()
      .$if(cursor !== undefined, (each) => each.where('name', '>', String(cursor?.[0])))
      .orderBy('name')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.name], present });
  }),

  command('createPrincipal', async (context, { body }) => {
    const { db } = context;
    await refuseTakenName(context, body.name);
    const id = context.newId<'principal'>();
    const principal = {
      id,
      kind: 'service' as const,
      name: body.name,
      displayName: body.displayName ?? body.name,
      role: body.role,
      team: body.team ?? null,
    };
    await db
      .insertInto('principals')
      .values({ ...principal, passwordHash: null, createdAt: context.now })
      .execute();
    const secret = newToken('alm_');
    await db
      .insertInto('apiTokens')
      .values({
        id: context.newId(),
        principalId: id,
        name: 'made with the account',
        prefix: secret.slice(0, 10),
        tokenHash: hashToken(secret),
        createdAt: context.now,
        lastUsedAt: null,
        expiresAt:
          body.expiresInDays === undefined ? null : new Date(context.now.getTime() + body.expiresInDays * 86_400_000),
      })
      .execute();
    context.audit({ subject: `principal:${body.name}`, detail: { role: body.role, team: body.team ?? null } });
    return { ...principal, secret };
  }),

  command('deactivatePrincipal', async (context, { params }) => {
    const { db, actor } = context;
    const found = await findPrincipal(db, params.principal);
    if (actor.kind === 'principal' && actor.id === found.id)
      return refuse('not-permitted', 'nobody deactivates themselves; ask another administrator');
    await refuseLast(context, found);
    await db.updateTable('principals').set({ active: false }).where('id', '=', found.id).execute();
    await db.deleteFrom('sessions').where('principalId', '=', found.id).execute();
    await db.deleteFrom('apiTokens').where('principalId', '=', found.id).execute();
    await db.deleteFrom('passwordLinks').where('principalId', '=', found.id).execute();
    context.audit({ subject: `principal:${found.name}`, before: present(found) });
    return present({ ...found, active: false });
  }),

  command('activatePrincipal', async (context, { params }) => {
    const found = await findPrincipal(context.db, params.principal);
    if (found.active) return refuse('wrong-state', `${found.name} is active`);
    await context.db.updateTable('principals').set({ active: true }).where('id', '=', found.id).execute();
    context.audit({ subject: `principal:${found.name}`, before: present(found) });
    return present({ ...found, active: true });
  }),

  command('updatePrincipal', async (context, { params, body }) => {
    const { db, actor } = context;
    const found = await findPrincipal(db, params.principal);
    const role = body.role ?? found.role;
    if (role !== found.role) {
      if (actor.kind === 'principal' && actor.id === found.id)
        return refuse('not-permitted', 'nobody changes their own role; ask another administrator');
      if (found.role === 'builder') return refuse('not-permitted', `${found.name} builds, and does nothing else`);
      await refuseLast(context, found);
    }
    const changed = {
      displayName: body.displayName ?? found.displayName,
      role,
      team: body.team === undefined ? found.team : body.team,
    };
    await db
      .updateTable('principals')
      .set({ ...changed, revision: sql`revision + 1` })
      .where('id', '=', found.id)
      .execute();
    context.audit({ subject: `principal:${found.name}`, detail: { ...body }, before: present(found) });
    return present({ ...found, ...changed });
  }),
];

export async function refuseTakenName({ db }: CommandContext, name: string): Promise<void> {
  const taken = await db.selectFrom('principals').select('id').where('name', '=', name).executeTakeFirst();
  if (taken !== undefined) refuse('name-taken', `somebody is called ${name} already`);
}

/** Somebody must be left who can do what only this role can. */
async function refuseLast(
  { db }: CommandContext,
  found: { readonly id: PrincipalId; readonly name: string; readonly role: Tables['principals']['role'] },
): Promise<void> {
  if (found.role !== 'administrator' && found.role !== 'builder') return;
  // Two that take each other away at the same time would leave nobody.
  const all = await db
    .selectFrom('principals')
    .select('id')
    .where('role', '=', found.role)
    .where('active', '=', true)
    .orderBy('id')
    .forUpdate()
    .execute();
  if (all.every((each) => each.id === found.id)) refuse('in-use', `${found.name} is the last ${found.role}`);
}

/** By name or key. */
export async function findPrincipal(db: Kysely<Tables>, reference: string) {
  const byKey = z.uuid().safeParse(reference).success;
  const found = await db
    .selectFrom('principals')
    .selectAll()
    .where((where) => (byKey ? where('id', '=', reference as PrincipalId) : where('name', '=', reference)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `nobody is called ${reference}`);
}

function present(row: {
  readonly id: PrincipalId;
  readonly kind: Tables['principals']['kind'];
  readonly name: string;
  readonly displayName: string;
  readonly role: Tables['principals']['role'];
  readonly team: string | null;
  readonly active: boolean;
}) {
  const { id, kind, name, displayName, role, team, active } = row;
  return { id, kind, name, displayName, role, team, active };
}
