import { actorName, refuse } from '@almanac/domain';
import type { BreakGlass } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import {
  beginTry,
  endTryWell,
  findPrincipal,
  hashToken,
  linkTry,
  newToken,
  openSession,
  presentPrincipal,
  refuseForeignPage,
} from '#features/access';
import { readNumbers } from '#features/security-numbers';
import { type CommandContext, command, direct, type Endpoint, read } from '#platform/http';
import type { Tables } from '#tables';
import { accountName, closeAccount, ensureAccount } from './emergency-account.ts';

/** Credentials for an emergency: off until an administrator makes them, used once, and never unnoticed. */
export const breakGlassEndpoints = (publicUrl: string): readonly Endpoint[] => [
  read('getBreakGlass', ({ db }) => presentBreakGlass(db)),

  command('makeBreakGlass', async (context) => {
    const { db, now, actor } = context;
    const before = await db.selectFrom('breakGlass').selectAll().forUpdate().executeTakeFirst();
    if (before !== undefined && before.usedAt !== null && before.acknowledgedBy === null)
      return refuse('wrong-state', 'the last ones were used; take note of that first');
    const principalId = await ensureAccount(context);
    const secret = newToken('alb_');
    await db.deleteFrom('breakGlass').execute();
    await db
      .insertInto('breakGlass')
      .values({
        principalId,
        secretHash: hashToken(secret),
        madeBy: actorName(actor),
        madeAt: now,
        usedAt: null,
        usedFrom: null,
        acknowledgedBy: null,
      })
      .execute();
    await context.record({ kind: 'break-glass-changed', subject: {} });
    context.audit({ subject: 'break-glass', after: null });
    return { ...(await presentBreakGlass(db)), secret, url: `${publicUrl}/break-glass` };
  }),

  command('endBreakGlass', async (context) => {
    const ended = await context.db.deleteFrom('breakGlass').returning('principalId').executeTakeFirst();
    if (ended === undefined) return refuse('not-found', 'there are no credentials for an emergency');
    await closeAccount(context, ended.principalId);
    await context.record({ kind: 'break-glass-changed', subject: {} });
    context.audit({ subject: 'break-glass' });
    return undefined;
  }),

  command('acknowledgeBreakGlass', async (context) => {
    const { db, actor } = context;
    if (actor.kind === 'principal' && actor.name === accountName)
      return refuse('not-permitted', 'somebody else takes note: an administrator with an account of their own');
    const noted = await db
      .updateTable('breakGlass')
      .set({ acknowledgedBy: actorName(actor) })
      .where('usedAt', 'is not', null)
      .where('acknowledgedBy', 'is', null)
      .executeTakeFirst();
    if (noted.numUpdatedRows === 0n) return refuse('wrong-state', 'nothing was used that nobody took note of');
    await context.record({ kind: 'break-glass-changed', subject: {} });
    context.audit({ subject: 'break-glass' });
    return presentBreakGlass(db);
  }),

  // A wrong secret is counted, and that must not be undone with the rest.
  direct('signInByBreakGlass', async ({ actor, inTransaction }, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const attempt = linkTry(http.request.ip);
    await beginTry(inTransaction, attempt);
    const detail = { address: http.request.ip };
    const answer = await inTransaction({ actor, action: 'break-glass-used' }, async (context) => {
      const { db, now } = context;
      const used = await db
        .updateTable('breakGlass')
        .set({ secretHash: null, usedAt: now, usedFrom: http.request.ip, acknowledgedBy: null })
        .where('secretHash', '=', hashToken(body.secret))
        .returning('principalId')
        .executeTakeFirst();
      if (used === undefined) {
        context.audit(null);
        return undefined;
      }
      const row = await db
        .updateTable('principals')
        .set({ active: true })
        .where('id', '=', used.principalId)
        .returning('id')
        .executeTakeFirstOrThrow();
      await endTryWell(context, attempt);
      const lastsMinutes = (await readNumbers(db))['emergency-session'];
      await openSession(context, { principal: row.id, http, lastsMinutes });
      await context.record({ kind: 'break-glass-changed', subject: { used: now.toISOString() } });
      context.audit({ subject: 'break-glass', detail });
      return { state: 'signed-in' as const, ...presentPrincipal(await findPrincipal(db, row.id)) };
    });
    if (answer !== undefined) return answer;
    await inTransaction({ actor, action: 'break-glass-refused' }, async ({ audit }) =>
      audit({ subject: 'break-glass', detail }),
    );
    return refuse('wrong-token', 'these credentials were used, replaced or ended; ask an administrator for others');
  }),
];

async function presentBreakGlass(db: Kysely<Tables> | CommandContext['db']): Promise<BreakGlass> {
  const row = await db.selectFrom('breakGlass').selectAll().executeTakeFirst();
  if (row === undefined)
    return { state: 'off', madeBy: null, madeAt: null, usedAt: null, usedFrom: null, acknowledgedBy: null };
  return {
    state: row.secretHash === null ? 'used' : 'ready',
    madeBy: row.madeBy,
    madeAt: row.madeAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
    usedFrom: row.usedFrom,
    acknowledgedBy: row.acknowledgedBy,
  };
}
