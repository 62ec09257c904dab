import type { Kysely } from 'kysely';
import { direct, type Endpoint } from '#platform/http';
import type { Tables } from '#tables';
import { closeSession, sessionOf } from './sessions.ts';

/** Where somebody goes to be signed out at the provider that let them in; null for nowhere. It may take its time. */
export type LeaveProvider = (db: Kysely<Tables>, tokenHash: string) => Promise<string | null>;

export function signOutEndpoint(leaveProvider: LeaveProvider): Endpoint {
  return direct('signOut', async ({ db, actor, inTransaction }, { http }) => {
    const own = sessionOf(http);
    const redirectTo = own === undefined ? null : await leaveProvider(db, own);
    await inTransaction({ actor, action: 'signed-out' }, (context) => closeSession(context, http));
    void http.reply.header('clear-site-data', '"cache", "storage"');
    void http.reply.clearCookie(http.sessionCookie.name, { path: '/', secure: http.sessionCookie.secure });
    return { redirectTo };
  });
}
