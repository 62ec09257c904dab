import type { Actor } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { type Authenticator, shareReads } from '#platform/http';
import type { Tables } from '#tables';
import { hashToken } from './tokens.ts';

/** Idle sessions end after this many hours. */
const idleHours = 12;

/** Looks credentials up; what was used is written down at most once a minute. */
export function createAuthenticator(input: {
  readonly db: Kysely<Tables>;
  readonly agentByToken: (tokenHash: string) => Promise<Actor | undefined>;
}): Authenticator {
  const { db } = input;
  // A page asks for several things at once with the same credentials: they are looked up together.
  const share = shareReads<Actor | undefined>();
  return {
    bySession: (token) => share(hashToken(token), () => bySession(hashToken(token))),
    byToken: (token) => share(hashToken(token), () => byToken(token)),
  };

  async function bySession(tokenHash: string): Promise<Actor | undefined> {
    const found = await db
      .selectFrom('sessions')
      .innerJoin('principals', 'principals.id', 'sessions.principalId')
      .select(['principals.id', 'principals.name', 'principals.role', 'sessions.lastSeenAt'])
      .where('tokenHash', '=', tokenHash)
      .where('principals.active', '=', true)
      .where(
        sql<boolean>`sessions.expires_at > now() and sessions.last_seen_at > now() - make_interval(hours => ${idleHours})`,
      )
      .executeTakeFirst();
    if (found === undefined) return undefined;
    await sql`update sessions set last_seen_at = now() where token_hash = ${tokenHash} and last_seen_at < now() - interval '1 minute'`.execute(
      db,
    );
    return { kind: 'principal', id: found.id, name: found.name, role: found.role };
  }

  async function byToken(token: string): Promise<Actor | undefined> {
    const tokenHash = hashToken(token);
    if (token.startsWith('ala_')) return input.agentByToken(tokenHash);
    const found = await db
      .selectFrom('apiTokens')
      .innerJoin('principals', 'principals.id', 'apiTokens.principalId')
      .select(['principals.id', 'principals.name', 'principals.role'])
      .where('tokenHash', '=', tokenHash)
      .where('principals.active', '=', true)
      .where(sql<boolean>`(api_tokens.expires_at is null or api_tokens.expires_at > now())`)
      .executeTakeFirst();
    if (found === undefined) return undefined;
    await sql`update api_tokens set last_used_at = now() where token_hash = ${tokenHash} and (last_used_at is null or last_used_at < now() - interval '1 minute')`.execute(
      db,
    );
    return { kind: 'principal', id: found.id, name: found.name, role: found.role };
  }
}
