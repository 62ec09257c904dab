import type { Actor } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Authenticator } from '#platform/http';
import { batchReads } from '#platform/reads';
import type { Tables } from '#tables';
import { hashToken } from './tokens.ts';

/** Idle sessions end after so many minutes. */
const idleMinutes = 30;

/** Looks credentials up, those that come together at once; what was used is written down at most once a minute. */
export function createAuthenticator(input: {
  readonly db: Kysely<Tables>;
  readonly agentByToken: (tokenHash: string) => Promise<Actor | undefined>;
}): Authenticator {
  const { db } = input;
  const bySession = batchReads((hashes) => principalsBySession(db, hashes));
  const byToken = batchReads((hashes) => principalsByToken(db, hashes));
  return {
    bySession: (token) => bySession(hashToken(token)),
    byToken: (token) => (token.startsWith('ala_') ? input.agentByToken(hashToken(token)) : byToken(hashToken(token))),
  };
}

async function principalsBySession(db: Kysely<Tables>, hashes: readonly string[]): Promise<ReadonlyMap<string, Actor>> {
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('principals', 'principals.id', 'sessions.principalId')
    .select(['tokenHash', 'principals.id', 'principals.name', 'principals.role', 'principals.team'])
    .select(sql<boolean>`sessions.last_seen_at < now() - interval '1 minute'`.as('isStale'))
    .where('tokenHash', 'in', hashes)
    .where('principals.active', '=', true)
    .where(
      sql<boolean>`sessions.expires_at > now() and sessions.last_seen_at > now() - make_interval(mins => ${idleMinutes})`,
    )
    .execute();
  const stale = rows.filter((row) => row.isStale).map((row) => row.tokenHash);
  if (stale.length > 0)
    await db.updateTable('sessions').set({ lastSeenAt: sql`now()` }).where('tokenHash', 'in', stale).execute();
  return new Map(rows.map((row) => [row.tokenHash, actorOf(row)]));
}

async function principalsByToken(db: Kysely<Tables>, hashes: readonly string[]): Promise<ReadonlyMap<string, Actor>> {
  const rows = await db
    .selectFrom('apiTokens')
    .innerJoin('principals', 'principals.id', 'apiTokens.principalId')
    .select(['tokenHash', 'principals.id', 'principals.name', 'principals.role', 'principals.team'])
    .select(sql<boolean>`coalesce(api_tokens.last_used_at < now() - interval '1 minute', true)`.as('isStale'))
    .where('tokenHash', 'in', hashes)
    .where('principals.active', '=', true)
    .where(sql<boolean>`(api_tokens.expires_at is null or api_tokens.expires_at > now())`)
    .execute();
  const stale = rows.filter((row) => row.isStale).map((row) => row.tokenHash);
  if (stale.length > 0)
    await db.updateTable('apiTokens').set({ lastUsedAt: sql`now()` }).where('tokenHash', 'in', stale).execute();
  return new Map(rows.map((row) => [row.tokenHash, actorOf(row)]));
}

function actorOf(row: Pick<Extract<Actor, { kind: 'principal' }>, 'id' | 'name' | 'role' | 'team'>): Actor {
  return { kind: 'principal', id: row.id, name: row.name, role: row.role, team: row.team };
}
