import { type ApiTokenId, limitsBeyond, noLimits, type PrincipalId, refuse, type TokenLimits } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext, RequestExtras } from '#platform/http';
import type { Tables } from '#tables';
import { sessionOf } from './sessions.ts';
import { hashToken, newApiToken } from './tokens.ts';

type Http = RequestExtras['http'];
const dayMs = 86_400_000;

export interface WantedToken {
  readonly principal: PrincipalId;
  readonly name: string;
  readonly expiresAt: Date | null;
  readonly limits: TokenLimits;
  readonly parentId: ApiTokenId | null;
  readonly provedUntil: Date | null;
}

/** Makes an API token; its secret is known to whoever asked for it alone. */
export async function makeApiToken(
  context: CommandContext,
  wanted: WantedToken,
): Promise<ApiToken & { readonly secret: string }> {
  const secret = newApiToken();
  const { principal, limits, ...rest } = wanted;
  const row = {
    ...rest,
    id: context.newId<'api-token'>(),
    principalId: principal,
    prefix: secret.slice(0, 10),
    createdAt: context.now,
    lastUsedAt: null,
    replacedBy: null,
  };
  await context.db
    .insertInto('apiTokens')
    .values({ ...row, tokenHash: hashToken(secret), limits: JSON.stringify(limits) })
    .execute();
  return { ...presentToken({ ...row, limits }), secret };
}

/** When a token ends that is asked for by days; the usual ones where nobody says how many. */
export async function endOfToken({ db, now }: CommandContext, days: number | undefined): Promise<Date> {
  const numbers = await readNumbers(db);
  const most = numbers['token-longest'];
  if (days !== undefined && days > most) {
    const detail = `a token lasts at most ${most} days here`;
    return refuse('invalid-request', detail, [{ pointer: '/expiresInDays', detail }]);
  }
  return new Date(now.getTime() + (days ?? Math.min(most, numbers['token-length'])) * dayMs);
}

/**
 * What bounds the tokens that a request makes: the token that it comes with, or the session. A token never makes one that may
 * do more than itself, or outlives it.
 */
export async function makerOf(
  { db }: Pick<CommandContext, 'db'>,
  http: Http,
): Promise<Pick<WantedToken, 'parentId' | 'provedUntil' | 'expiresAt' | 'limits'>> {
  const token = bearerOf(http);
  if (token !== undefined) {
    const { id, limits, expiresAt } = await db
      .selectFrom('apiTokens')
      .selectAll()
      .where('tokenHash', '=', token)
      .executeTakeFirstOrThrow();
    return { parentId: id, provedUntil: null, expiresAt, limits };
  }
  const session = await db
    .selectFrom('sessions')
    .select('provedUntil')
    .where('tokenHash', '=', sessionOf(http) ?? '')
    .executeTakeFirst();
  return { parentId: null, provedUntil: session?.provedUntil ?? null, expiresAt: null, limits: noLimits };
}

/** What is wanted, if it stays within what the maker may give. */
export function withinMaker(
  maker: Pick<WantedToken, 'expiresAt' | 'limits'>,
  wanted: { readonly expiresAt: Date; readonly limits: TokenLimits | undefined },
): Pick<WantedToken, 'expiresAt' | 'limits'> {
  const limits = wanted.limits ?? maker.limits;
  const beyond = limitsBeyond(limits, maker.limits);
  if (beyond.length > 0)
    return refuse(
      'not-permitted',
      `the token that asks is limited itself; this one goes beyond it in ${beyond.join(', ')}`,
    );
  const ends = maker.expiresAt;
  return { limits, expiresAt: ends !== null && ends < wanted.expiresAt ? ends : wanted.expiresAt };
}

/** The hash of the token that a request comes with; undefined for one that comes in a session. */
export function bearerOf(http: Http): string | undefined {
  const token = /^Bearer (\S+)$/.exec(http.request.headers.authorization ?? '')?.[1];
  return token === undefined ? undefined : hashToken(token);
}

export function presentToken(
  row: Pick<Tables['apiTokens'], 'id' | 'name' | 'prefix' | 'lastUsedAt' | 'expiresAt' | 'replacedBy'> & {
    readonly createdAt: Date;
    readonly limits: TokenLimits;
  },
): ApiToken {
  const { capabilities, rights, environments, applications } = row.limits;
  const copy = <Item>(items: readonly Item[] | null) => (items === null ? null : [...items]);
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    limits: {
      capabilities: copy(capabilities),
      rights: copy(rights),
      environments: copy(environments),
      applications: copy(applications),
    },
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    replacedBy: row.replacedBy,
  };
}
