import { type PrincipalId, refuse, type SessionId } from '@almanac/domain';
import { sql } from 'kysely';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext, RequestExtras } from '#platform/http';
import { hashToken, newToken } from './tokens.ts';

type Http = RequestExtras['http'];

/** Opens a session and gives the browser its cookie; an earlier one of this browser ends. */
export async function openSession(
  context: CommandContext,
  input: {
    readonly principal: PrincipalId;
    readonly http: Http;
    /** A session that ends so soon counts as proved until then. */
    readonly lastsMinutes?: number;
  },
): Promise<SessionId> {
  const { http, principal, lastsMinutes } = input;
  await closeSession(context, http);
  const numbers = await readNumbers(context.db);
  const id = context.newId<'session'>();
  const token = newToken('als_');
  const expiresAt = minutesAfter(context.now, lastsMinutes ?? numbers['session-length'] * 60);
  await context.db
    .insertInto('sessions')
    .values({
      id,
      tokenHash: hashToken(token),
      principalId: principal,
      createdAt: context.now,
      lastSeenAt: context.now,
      expiresAt,
      provedUntil: lastsMinutes === undefined ? minutesAfter(context.now, numbers['step-up']) : expiresAt,
      address: http.request.ip,
      userAgent: String(http.request.headers['user-agent'] ?? '').slice(0, 300),
    })
    .execute();
  await sql`
    delete from sessions where id in (
      select id from sessions where principal_id = ${principal} order by created_at desc, id desc offset ${numbers['sessions-each']})`.execute(
    context.db,
  );
  setSessionCookie(http, token, expiresAt);
  return id;
}

function setSessionCookie(http: Http, token: string, expires: Date): void {
  void http.reply.setCookie(http.sessionCookie.name, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: http.sessionCookie.secure,
    expires,
  });
}

/** Until when a proof that is given now counts. */
export async function provedUntil({ db, now }: Pick<CommandContext, 'db' | 'now'>): Promise<Date> {
  return minutesAfter(now, (await readNumbers(db))['step-up']);
}

function minutesAfter(time: Date, minutes: number): Date {
  return new Date(time.getTime() + minutes * 60_000);
}

/** Takes a proof down for the session that a request comes in, which gets another secret: who had the old one is out. */
export async function renewSession(context: CommandContext, http: Http): Promise<void> {
  const token = newToken('als_');
  const renewed = await context.db
    .updateTable('sessions')
    .set({ tokenHash: hashToken(token), provedUntil: await provedUntil(context), lastSeenAt: context.now })
    .where('tokenHash', '=', sessionOf(http) ?? '')
    .returning('expiresAt')
    .executeTakeFirst();
  if (renewed === undefined) return refuse('not-signed-in', 'the session ended meanwhile; sign in again');
  setSessionCookie(http, token, renewed.expiresAt);
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
