import type { InTransaction } from '#platform/http';
import { endSessionsOf } from './end-sessions.ts';
import type { ProviderRow } from './find-provider.ts';
import { type ForeignLogout, logoutSeconds } from './oidc-logout.ts';

const system = { kind: 'system', name: 'server' } as const;

/**
 * Ends the sessions of whom a provider says that they signed out.
 *
 * @returns whether the message came for the first time; one that came before does nothing
 */
export function endByLogout(
  inTransaction: InTransaction,
  provider: ProviderRow,
  said: ForeignLogout,
): Promise<boolean> {
  return inTransaction({ actor: system, action: 'signed-out-by-provider' }, async (context) => {
    const { db, now } = context;
    const kept = await db
      .insertInto('providerLogouts')
      .values({
        providerId: provider.id,
        message: said.message,
        expiresAt: new Date(now.getTime() + 2 * logoutSeconds * 1000),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('message')
      .executeTakeFirst();
    if (kept === undefined) {
      context.audit(null);
      return false;
    }
    const identity =
      said.subject === undefined
        ? undefined
        : await db
            .selectFrom('externalIdentities')
            .select('id')
            .where('providerId', '=', provider.id)
            .where('subject', '=', said.subject)
            .executeTakeFirst();
    const isStranger = said.subject !== undefined && identity === undefined;
    const ended = isStranger
      ? []
      : await endSessionsOf(db, {
          provider: provider.id,
          ...(identity === undefined ? {} : { identity: identity.id }),
          ...(said.foreignSession === undefined ? {} : { foreignSession: said.foreignSession }),
        });
    context.audit({ subject: `identity-provider:${provider.name}`, detail: { sessionsEnded: ended.length } });
    return true;
  });
}
