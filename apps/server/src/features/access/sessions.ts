import { type PrincipalId, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import type { CommandContext, RequestExtras } from '#platform/http';
import { hashToken, newToken } from './tokens.ts';

/** A session ends so many hours after it was opened, whatever happens in it. */
const absoluteHours = 10;
/** The oldest of an account end when there are more. */
const mostSessions = 10;

type Http = RequestExtras['http'];

/** Opens a session and gives the browser its cookie; an earlier one of this browser ends. */
export async function openSession(
  context: CommandContext,
  input: { readonly principal: PrincipalId; readonly http: Http },
): Promise<void> {
  const { http, principal } = input;
  await closeSession(context, http);
  const token = newToken('als_');
  const expiresAt = new Date(context.now.getTime() + absoluteHours * 3_600_000);
  await context.db
    .insertInto('sessions')
    .values({
      id: context.newId<'session'>(),
      tokenHash: hashToken(token),
      principalId: principal,
      createdAt: context.now,
      lastSeenAt: context.now,
      expiresAt,
      address: http.request.ip,
      userAgent: String(http.request.headers['user-agent'] ?? '').slice(0, 300),
    })
    .execute();
  await sql`
    delete from sessions where id in (
      select id from sessions where principal_id = ${principal} order by created_at desc, id desc offset ${mostSessions})`.execute(
    context.db,
  );
  void http.reply.setCookie(http.sessionCookie.name, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: http.sessionCookie.secure,
    expires: expiresAt,
  });
}

/** The hash of the session that a request comes in; undefined for one that comes with a token. */
export function sessionOf(http: Http): string | undefined {
  const token = http.request.cookies[http.sessionCookie.name];
  return token === undefined ? undefined : hashToken(token);
}

export async function closeSession(context: CommandContext, http: Http): Promise<void> {
  const own = sessionOf(http);
  if (own !== undefined) await context.db.deleteFrom('sessions').where('tokenHash', '=', own).execute();
}

/** Ends the sessions of somebody, but the one that asks. */
export async function endOtherSessions(
  context: CommandContext,
  input: { readonly principal: PrincipalId; readonly http: Http },
): Promise<void> {
  await context.db
    .deleteFrom('sessions')
    .where('principalId', '=', input.principal)
    .where('tokenHash', '<>', sessionOf(input.http) ?? '')
    .execute();
}

/** A page of another site must not sign anybody in: it would sign them in as itself. */
export function refuseForeignPage(headers: { readonly [name: string]: unknown }): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    refuse('cross-site-request', 'sign in from the console itself');
}
