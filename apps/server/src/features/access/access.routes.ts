import { accountKey, capabilitiesSomewhere, refuse, rightsFrom } from '@almanac/domain';
import { readNumbers } from '#features/security-numbers';
import { command, direct, type Endpoint, read } from '#platform/http';
import { type Admit, leftToDo } from './admit.ts';
import { findPrincipal, principalsWithAccess } from './find-principal.ts';
import { isKnownDevice, rememberDevice } from './known-devices.ts';
import { decoyHash, hashPassword, isOutdated, verifyPassword } from './password.ts';
import { refuseShortPassword, refuseWeakPassword } from './password-rules.ts';
import { presentPrincipal } from './present-principal.ts';
import { makePrincipal } from './principals.routes.ts';
import { openSession, refuseForeignPage } from './sessions.ts';
import { beginTry, endTryWell, passwordTry } from './sign-in-attempts.ts';
import { hashToken } from './tokens.ts';

/** How people come in, and who they are then. */
export const accessEndpoints = (admit: Admit): readonly Endpoint[] => [
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
    const numbers = await readNumbers(context.db);
    refuseShortPassword(body.password, numbers);
    refuseWeakPassword(body.password, body.name);
    const principal = await makePrincipal(context, { ...body, kind: 'user', role: 'administrator' });
    await context.db
      .updateTable('principals')
      .set({ passwordHash: await hashPassword(body.password, numbers) })
      .where('id', '=', principal.id)
      .execute();
    await context.db.updateTable('installation').set({ setupTokenHash: null, setUpAt: context.now }).execute();
    await openSession(context, { principal: principal.id, http });
    await rememberDevice(context, { principal: principal.id, http });
    context.audit({ subject: `principal:${principal.name}` });
    return principal;
  }),

  // Hashing takes its time, and a failed try is kept: neither belongs into the transaction of the sign-in.
  direct('signIn', async ({ db, actor, inTransaction }, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const found = await principalsWithAccess(db)
      .where('principals.name', '=', body.name)
      .where('kind', '=', 'user')
      .where('active', '=', true)
      .executeTakeFirst();
    const attempt = passwordTry({
      name: body.name,
      address: http.request.ip,
      knownDevice: await isKnownDevice(db, { principal: found?.id, http }),
    });
    await beginTry(inTransaction, attempt);
    const numbers = await readNumbers(db);
    // It is asked for whoever comes: what is done for names of nobody is done for all.
    const decoy = await decoyHash(db, accountKey(body.name), numbers);
    const right = await verifyPassword(body.password, found?.passwordHash ?? decoy);
    const subject = `principal:${body.name}`;
    if (found === undefined || !right) {
      const detail = { address: http.request.ip };
      await inTransaction({ actor, action: 'sign-in-failed' }, async ({ audit }) => audit({ subject, detail }));
      return refuse(
        'wrong-credentials',
        'after several tries there is a pause; an administrator can make a link for a new password',
      );
    }
    const renewed = isOutdated(found.passwordHash, numbers) ? await hashPassword(body.password, numbers) : undefined;
    return inTransaction({ actor, action: 'signed-in' }, async (context) => {
      await endTryWell(context, attempt);
      if (renewed !== undefined)
        await context.db
          .updateTable('principals')
          .set({ passwordHash: renewed })
          .where('id', '=', found.id)
          .where('passwordHash', '=', found.passwordHash)
          .execute();
      const { answer } = await admit(context, { principal: found, http, hadSecondFactor: false });
      context.audit({ subject, detail: { address: http.request.ip, ...leftToDo(answer) } });
      return answer;
    });
  }),

  read('getMe', async ({ db, actor }) => {
    if (actor.kind !== 'principal') return refuse('not-permitted', 'only a person or a service account has this');
    const may = {
      rights: [...rightsFrom(actor)],
      capabilities: [...capabilitiesSomewhere(actor.access, actor.roles)],
    };
    return { ...presentPrincipal(await findPrincipal(db, actor.id)), may };
  }),
];
