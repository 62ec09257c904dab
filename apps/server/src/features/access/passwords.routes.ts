import { DomainError, refuse } from '@almanac/domain';
import { readNumbers } from '#features/security-numbers';
import { direct, type Endpoint } from '#platform/http';
import { type Admit, leftToDo } from './admit.ts';
import { findPrincipal } from './find-principal.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { refuseShortPassword, refuseWeakPassword } from './password-rules.ts';
import { ownId } from './present-principal.ts';
import { endOtherSessions, refuseForeignPage } from './sessions.ts';
import { beginTry, endTryWell, linkTry, passwordTry } from './sign-in-attempts.ts';
import { hashToken } from './tokens.ts';

/** How people set and change their passwords. */
export const passwordEndpoints = (admit: Admit): readonly Endpoint[] => [
  // A wrong link is counted, so that it is no transaction of its own.
  direct('setPassword', async ({ actor, inTransaction }, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const attempt = linkTry(http.request.ip);
    await beginTry(inTransaction, attempt);
    const set = inTransaction({ actor, action: 'password-set' }, async (context) => {
      const { db } = context;
      const link = await db
        .selectFrom('passwordLinks')
        .innerJoin('principals', 'principals.id', 'passwordLinks.principalId')
        .select(['principals.id', 'principals.name', 'principals.active'])
        .select('expiresAt')
        .where('passwordLinks.tokenHash', '=', hashToken(body.token))
        .forUpdate('passwordLinks')
        .executeTakeFirst();
      if (link === undefined || !link.active || link.expiresAt <= context.now)
        return refuse('wrong-token', 'this link was used, replaced, or is too old; ask an administrator for a new one');
      const numbers = await readNumbers(db);
      refuseShortPassword(body.password, numbers);
      refuseWeakPassword(body.password, link.name);
      await db.deleteFrom('passwordLinks').where('principalId', '=', link.id).execute();
      await db
        .updateTable('principals')
        .set({ passwordHash: await hashPassword(body.password, numbers) })
        .where('id', '=', link.id)
        .execute();
      await db.deleteFrom('sessions').where('principalId', '=', link.id).execute();
      await db.deleteFrom('knownDevices').where('principalId', '=', link.id).execute();
      await endTryWell(context, attempt);
      const principal = await findPrincipal(db, link.id);
      const { answer } = await admit(context, { principal, http, hadSecondFactor: false });
      context.audit({ subject: `principal:${link.name}`, detail: leftToDo(answer) });
      return answer;
    });
    return set.catch(async (error: unknown) => {
      // The link was right, so this was no guess.
      if (error instanceof DomainError && error.refusal.code === 'weak-password')
        await inTransaction({ actor, action: null }, (context) => endTryWell(context, attempt));
      throw error;
    });
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
    const numbers = await readNumbers(db);
    refuseShortPassword(body.password, numbers);
    refuseWeakPassword(body.password, own.name);
    const attempt = passwordTry({ name: own.name, address: http.request.ip, knownDevice: true });
    await beginTry(inTransaction, attempt);
    if (own.passwordHash === null || !(await verifyPassword(body.current, own.passwordHash)))
      return refuse('wrong-credentials', 'this is not your current password');
    const passwordHash = await hashPassword(body.password, numbers);
    await inTransaction({ actor, action: 'password-changed' }, async (context) => {
      await endTryWell(context, attempt);
      await context.db.updateTable('principals').set({ passwordHash }).where('id', '=', own.id).execute();
      await endOtherSessions(context, { principal: own.id, http });
      context.audit({ subject: `principal:${own.name}` });
    });
    return undefined;
  }),
];
