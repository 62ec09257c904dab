import type { PrincipalId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext, RequestExtras } from '#platform/http';
import type { Tables } from '#tables';
import { closeSession } from './sessions.ts';
import { hashToken, newToken } from './tokens.ts';

type Http = RequestExtras['http'];
type Step = Tables['arrivals']['step'];

export interface Arrival {
  readonly tokenHash: string;
  readonly principalId: PrincipalId;
  readonly step: Step;
}

/**
 * Keeps that somebody gave their first factor, and gives the browser the cookie by which it takes the second step.
 *
 * @returns the key of the arrival
 */
export async function openArrival(
  context: CommandContext,
  given: { readonly principal: PrincipalId; readonly step: Step; readonly http: Http },
): Promise<string> {
  const { http, principal, step } = given;
  await closeSession(context, http);
  const token = newToken('alr_');
  const tokenHash = hashToken(token);
  const expiresAt = new Date(context.now.getTime() + (await readNumbers(context.db))['second-step'] * 60_000);
  await context.db
    .insertInto('arrivals')
    .values({ tokenHash, principalId: principal, step, createdAt: context.now, expiresAt })
    .execute();
  void http.reply.clearCookie(http.sessionCookie.name, { path: '/', secure: http.sessionCookie.secure });
  void http.reply.setCookie(http.sessionCookie.arrival, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: http.sessionCookie.secure,
    expires: expiresAt,
  });
  return tokenHash;
}

/** The arrival of the browser that asks, of somebody who is still active; undefined where there is none, or it is over. */
export async function findArrival(db: Kysely<Tables>, http: Http): Promise<Arrival | undefined> {
  const token = http.request.cookies[http.sessionCookie.arrival];
  if (token === undefined) return undefined;
  return db
    .selectFrom('arrivals')
    .innerJoin('principals', 'principals.id', 'arrivals.principalId')
    .select(['arrivals.tokenHash', 'arrivals.principalId', 'arrivals.step'])
    .where('tokenHash', '=', hashToken(token))
    .where('principals.active', '=', true)
    .where(sql<boolean>`arrivals.expires_at > now()`)
    .executeTakeFirst();
}

/** The second step was taken, or is void. */
export async function closeArrival(
  { db }: Pick<CommandContext, 'db'>,
  given: { readonly arrival: Arrival; readonly http: Http },
): Promise<void> {
  const { http } = given;
  await db.deleteFrom('arrivals').where('tokenHash', '=', given.arrival.tokenHash).execute();
  void http.reply.clearCookie(http.sessionCookie.arrival, { path: '/', secure: http.sessionCookie.secure });
}
