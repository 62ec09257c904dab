import { refuse } from '@almanac/domain';
import { command, direct, type Endpoint } from '#platform/http';
import { rememberDevice } from './known-devices.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { refuseWeakPassword } from './password-rules.ts';
import { ownId, presentPrincipal } from './present-principal.ts';
import { endOtherSessions, openSession, refuseForeignPage } from './sessions.ts';
import { beginTry, endTryWell } from './sign-in-attempts.ts';
import { hashToken } from './tokens.ts';

export const passwordEndpoints: readonly Endpoint[] = [
  command('setPassword', async (context, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const { db } = context;
    const link = await db
      .selectFrom('passwordLinks')
      .innerJoin('principals', 'principals.id', 'passwordLinks.principalId')
      .selectAll('principals')
      .select('expiresAt')
      .where('passwordLinks.tokenHash', '=', hashToken(body.token))
      .forUpdate('passwordLinks')
      .executeTakeFirst();
    if (link === undefined || !link.active || link.expiresAt <= context.now)
      return refuse('wrong-token', 'this link was used, replaced, or is too old; ask an administrator for a new one');
    refuseWeakPassword(body.password, link.name);
    await db.deleteFrom('passwordLinks').where('principalId', '=', link.id).execute();
    await db
      .updateTable('principals')
      .set({ passwordHash: await hashPassword(body.password) })
      .where('id', '=', link.id)
      .execute();
    await db.deleteFrom('sessions').where('principalId', '=', link.id).execute();
    await db.deleteFrom('knownDevices').where('principalId', '=', link.id).execute();
    await openSession(context, { principal: link.id, http });
    await rememberDevice(context, { principal: link.id, http });
    context.audit({ subject: `principal:${link.name}` });
    return presentPrincipal(link);
  }),

  // A wrong current password is counted as a try to sign in: whoever sits at an open session may not guess without end.
  direct('changePassword', async ({ db, actor, inTransaction }, { body, http }) => {
    const own = await db
      .selectFrom('principals')
      .selectAll()
      .where('id', '=', ownId(actor))
      .where('kind', '=', 'user')
      .executeTakeFirst();
    if (own === undefined) return refuse('not-permitted', 'a service account has no password');
    refuseWeakPassword(body.password, own.name);
    const attempt = { name: own.name, address: http.request.ip, knownDevice: true };
    await beginTry(inTransaction, attempt);
    if (!(await verifyPassword(body.current, own.passwordHash)))
      return refuse('wrong-credentials', 'this is not your current password');
    const passwordHash = await hashPassword(body.password);
    await inTransaction({ actor, action: 'password-changed' }, async (context) => {
      await endTryWell(context, attempt);
      await context.db.updateTable('principals').set({ passwordHash }).where('id', '=', own.id).execute();
      await endOtherSessions(context, { principal: own.id, http });
      context.audit({ subject: `principal:${own.name}` });
    });
    return undefined;
  }),
];
