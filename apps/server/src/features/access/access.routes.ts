import { refuse } from '@almanac/domain';
import type { Principal } from '@almanac/protocol';
import { command, direct, type Endpoint, read } from '#platform/http';
import { isKnownDevice, rememberDevice } from './known-devices.ts';
import { hashPassword, isOutdated, verifyPassword } from './password.ts';
import { refuseWeakPassword } from './password-rules.ts';
import { ownId, presentPrincipal } from './present-principal.ts';
import { closeSession, openSession, refuseForeignPage } from './sessions.ts';
import { beginTry, endTryWell } from './sign-in-attempts.ts';
import { hashToken } from './tokens.ts';

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
    refuseWeakPassword(body.password, body.name);
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
    await rememberDevice(context, { principal: principal.id, http });
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
    const attempt = {
      name: body.name,
      address: http.request.ip,
      knownDevice: await isKnownDevice(db, { principal: found?.id, http }),
    };
    await beginTry(inTransaction, attempt);
    const right = await verifyPassword(body.password, found?.passwordHash ?? null);
    const subject = `principal:${body.name}`;
    if (found === undefined || !right) {
      const detail = { address: http.request.ip };
      await inTransaction({ actor, action: 'sign-in-failed' }, async ({ audit }) => audit({ subject, detail }));
      return refuse(
        'wrong-credentials',
        'after several tries there is a pause; an administrator can make a link for a new password',
      );
    }
    const renewed = isOutdated(found.passwordHash) ? await hashPassword(body.password) : undefined;
    await inTransaction({ actor, action: 'signed-in' }, async (context) => {
      await endTryWell(context, attempt);
      if (renewed !== undefined)
        await context.db
          .updateTable('principals')
          .set({ passwordHash: renewed })
          .where('id', '=', found.id)
          .where('passwordHash', '=', found.passwordHash)
          .execute();
      await openSession(context, { principal: found.id, http });
      await rememberDevice(context, { principal: found.id, http });
      context.audit({ subject, detail: { address: http.request.ip } });
    });
    return presentPrincipal(found);
  }),

  command('signOut', async (context, { http }) => {
    await closeSession(context, http);
    void http.reply.header('clear-site-data', '"cache", "storage"');
    void http.reply.clearCookie(http.sessionCookie.name, { path: '/', secure: http.sessionCookie.secure });
    return undefined;
  }),

  read('getMe', async ({ db, actor }) =>
    presentPrincipal(
      await db.selectFrom('principals').selectAll().where('id', '=', ownId(actor)).executeTakeFirstOrThrow(),
    ),
  ),
];
