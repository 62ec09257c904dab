import { type Actor, type PrincipalId, refuse } from '@almanac/domain';
import type { ApiToken, Principal } from '@almanac/protocol';
import { command, decodeCursor, direct, type Endpoint, pageOf, read } from '#platform/http';
import { hashPassword, verifyPassword } from './password.ts';
import { endSession, openSession } from './sessions.ts';
import { hashToken, newToken } from './tokens.ts';

export const accessEndpoints: readonly Endpoint[] = [
  read('getSetup', async ({ db }) => {
    const { setupTokenHash } = await db.selectFrom('installation').select('setupTokenHash').executeTakeFirstOrThrow();
    return { required: setupTokenHash !== null };
  }),

  command('completeSetup', async (context, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const installation = await context.db
      .selectFrom('installation')
      .select('setupTokenHash')
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (installation.setupTokenHash === null) return refuse('already-set-up', 'sign in instead');
    if (installation.setupTokenHash !== hashToken(body.token))
      return refuse('wrong-token', 'this setup link is not the one that was printed last; see the output of npm start');
    const principal: Principal = {
      id: context.newId<'principal'>(),
      kind: 'user',
      name: body.name,
      displayName: body.displayName ?? body.name,
      role: 'administrator',
      team: null,
    };
    await context.db
      .insertInto('principals')
      .values({ ...principal, passwordHash: await hashPassword(body.password), createdAt: context.now })
      .execute();
    await context.db.updateTable('installation').set({ setupTokenHash: null }).execute();
    await openSession(context, { principal: principal.id, http });
    context.audit({ subject: `principal:${principal.name}` });
    return principal;
  }),

  // Hashing takes its time, and a failed try is kept: neither belongs into the transaction of the sign-in.
  direct('signIn', async ({ db, actor, inTransaction }, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const found = await db
      .selectFrom('principals')
      .selectAll()
      .where('name', '=', body.name)
      .where('kind', '=', 'user')
      .where('active', '=', true)
      .executeTakeFirst();
    const right = await verifyPassword(body.password, found?.passwordHash ?? null);
    const subject = `principal:${body.name}`;
    if (found === undefined || !right) {
      const detail = { address: http.request.ip };
      await inTransaction({ actor, action: 'sign-in-failed' }, async ({ audit }) => audit({ subject, detail }));
      return refuse(
        'wrong-credentials',
        'name or password is wrong; after several tries from one address there is a pause',
      );
    }
    await inTransaction({ actor, action: 'signed-in' }, async (context) => {
      await openSession(context, { principal: found.id, http });
      context.audit({ subject });
    });
    return present(found);
  }),

  command('signOut', async (context, { http }) => {
    await endSession(context, http);
    void http.reply.clearCookie(http.sessionCookie.name, { path: '/', secure: http.sessionCookie.secure });
    return undefined;
  }),

  read('getMe', async ({ db, actor }) =>
    present(await db.selectFrom('principals').selectAll().where('id', '=', ownId(actor)).executeTakeFirstOrThrow()),
  ),

  read('listApiTokens', async ({ db, actor }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const rows = await db
      .selectFrom('apiTokens')
      .selectAll()
      .where('principalId', '=', ownId(actor))
      .$if(cursor !== undefined, (each) => each.where('createdAt', '<', new Date(String(cursor?.[0]))))
      .orderBy('createdAt', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.createdAt.toISOString()], present: presentToken });
  }),

  command('createApiToken', async (context, { body }) => {
    const secret = newToken('alm_');
    const row = {
      id: context.newId<'api-token'>(),
      principalId: ownId(context.actor),
      name: body.name,
      prefix: secret.slice(0, 10),
      tokenHash: hashToken(secret),
      createdAt: context.now,
      lastUsedAt: null,
      expiresAt:
        body.expiresInDays === undefined ? null : new Date(context.now.getTime() + body.expiresInDays * 86_400_000),
    };
    await context.db.insertInto('apiTokens').values(row).execute();
    context.audit({ subject: `api-token:${row.prefix}`, detail: { name: row.name } });
    return { ...presentToken(row), secret };
  }),

  command('deleteApiToken', async (context, { params }) => {
    const removed = await context.db
      .deleteFrom('apiTokens')
      .where('id', '=', params.id)
      .where('principalId', '=', ownId(context.actor))
      .executeTakeFirst();
    if (removed.numDeletedRows === 0n) return refuse('not-found', 'you have no such API token');
    return undefined;
  }),
];

/** A page of another site must not sign anybody in: it would sign them in as itself. */
function refuseForeignPage(headers: { readonly [name: string]: unknown }): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    refuse('cross-site-request', 'sign in from the console itself');
}

function ownId(actor: Actor): PrincipalId {
  return actor.kind === 'principal' ? actor.id : refuse('not-permitted', 'only a person or a service account has this');
}

function present(row: Principal): Principal {
  return { id: row.id, kind: row.kind, name: row.name, displayName: row.displayName, role: row.role, team: row.team };
}

function presentToken(row: {
  id: ApiToken['id'];
  name: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}): ApiToken {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
