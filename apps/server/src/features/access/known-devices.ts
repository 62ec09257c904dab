import type { PrincipalId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { numberInQuery, readNumbers } from '#features/security-numbers';
import type { CommandContext, RequestExtras } from '#platform/http';
import type { Tables } from '#tables';
import { hashToken, newToken } from './tokens.ts';

type Http = RequestExtras['http'];

/** Beside the session's cookie, and protected alike; it lets nobody in. */
function cookieName(http: Http): string {
  return http.sessionCookie.name.replace('session', 'device');
}

/** Whether an account signed in from this browser before. */
export async function isKnownDevice(
  db: Kysely<Tables>,
  given: { readonly principal: PrincipalId | undefined; readonly http: Http },
): Promise<boolean> {
  const token = given.http.request.cookies[cookieName(given.http)];
  if (token === undefined || given.principal === undefined) return false;
  const found = await db
    .selectFrom('knownDevices')
    .select('principalId')
    .where('tokenHash', '=', hashToken(token))
    .where('principalId', '=', given.principal)
    .where(sql<boolean>`last_seen_at > now() - make_interval(days => ${numberInQuery('known-device')})`)
    .executeTakeFirst();
  return found !== undefined;
}

/** Gives the browser a new mark for this account, in the place of the one that it had. */
export async function rememberDevice(
  { db, now }: CommandContext,
  given: { readonly principal: PrincipalId; readonly http: Http },
): Promise<void> {
  const { http, principal } = given;
  const name = cookieName(http);
  const keptDays = (await readNumbers(db))['known-device'];
  const before = http.request.cookies[name];
  if (before !== undefined)
    await db
      .deleteFrom('knownDevices')
      .where('tokenHash', '=', hashToken(before))
      .where('principalId', '=', principal)
      .execute();
  const token = newToken('ald_');
  await db
    .insertInto('knownDevices')
    .values({ tokenHash: hashToken(token), principalId: principal, lastSeenAt: now })
    .execute();
  void http.reply.setCookie(name, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: http.sessionCookie.secure,
    expires: new Date(now.getTime() + keptDays * 86_400_000),
  });
}
