import { type Actor, limitActor, noLimits, type PrincipalId, type TokenLimits } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { numberInQuery } from '#features/security-numbers';
import type { Authenticator, Credentials } from '#platform/http';
import { batchReads } from '#platform/reads';
import type { Tables } from '#tables';
import { type AccessCache, createAccessCache } from './access-cache.ts';
import { readGovernedApplications } from './read-access.ts';
import { hashToken, mayBeApiToken } from './tokens.ts';

/** Looks credentials up, those that come together at once; what was used is written down at most once a minute. */
export function createAuthenticator(input: {
  readonly db: Kysely<Tables>;
  readonly agentByToken: (tokenHash: string) => Promise<Actor | undefined>;
}): Authenticator {
  const { db } = input;
  const cache = createAccessCache(db);
  const credentials = (counted: boolean): Credentials => {
    const bySession = batchReads(async (hashes) =>
      actorsOf(db, cache, await holdersOfSessions(db, { hashes, counted })),
    );
    const byToken = batchReads(async (hashes) => actorsOf(db, cache, await holdersOfTokens(db, { hashes, counted })));
    return {
      bySession: (token) => bySession(hashToken(token)),
      byToken: async (token) => {
        if (token.startsWith('ala_')) return input.agentByToken(hashToken(token));
        return mayBeApiToken(token) ? byToken(hashToken(token)) : undefined;
      },
      byArrival: (token) => arriving(db, hashToken(token)),
    };
  };
  return { ...credentials(true), uncounted: credentials(false) };
}

/** Somebody whose sign-in lacks its second step. */
async function arriving(db: Kysely<Tables>, tokenHash: string): Promise<Actor | undefined> {
  const row = await db
    .selectFrom('arrivals')
    .innerJoin('principals', 'principals.id', 'arrivals.principalId')
    .select(['principals.id', 'principals.name'])
    .where('tokenHash', '=', tokenHash)
    .where('principals.active', '=', true)
    .where(sql<boolean>`arrivals.expires_at > now()`)
    .executeTakeFirst();
  return row === undefined ? undefined : { kind: 'arriving', ...row };
}

/** `counted` notes the use: a session that nobody uses ends, and a token shows when it was used last. */
interface Lookup {
  readonly hashes: readonly string[];
  readonly counted: boolean;
}

/** Whose credential it is, and the version of what decides access at that moment. */
interface Holder {
  readonly tokenHash: string;
  readonly id: PrincipalId;
  readonly kind: Tables['principals']['kind'];
  readonly name: string;
  readonly version: number;
  readonly proved: boolean;
  readonly limits?: TokenLimits;
}

async function holdersOfSessions(db: Kysely<Tables>, { hashes, counted }: Lookup): Promise<readonly Holder[]> {
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('principals', 'principals.id', 'sessions.principalId')
    .innerJoin('accessHead', (join) => join.onTrue())
    .select(['tokenHash', 'principals.id', 'principals.kind', 'principals.name', 'accessHead.version'])
    .select(sql<boolean>`sessions.last_seen_at < now() - interval '1 minute'`.as('isStale'))
    .select(sql<boolean>`coalesce(sessions.proved_until > now(), false)`.as('proved'))
    .where('tokenHash', 'in', hashes)
    .where('principals.active', '=', true)
    .where(
      sql<boolean>`sessions.expires_at > now()
        and sessions.last_seen_at > now() - make_interval(mins => ${numberInQuery('session-idle')})
        and sessions.created_at > now() - make_interval(hours => ${numberInQuery('session-length')})`,
    )
    .execute();
  const stale = rows.filter((row) => counted && row.isStale).map((row) => row.tokenHash);
  if (stale.length > 0)
    await db.updateTable('sessions').set({ lastSeenAt: sql`now()` }).where('tokenHash', 'in', stale).execute();
  return rows;
}

async function holdersOfTokens(db: Kysely<Tables>, { hashes, counted }: Lookup): Promise<readonly Holder[]> {
  const rows = await db
    .selectFrom('apiTokens')
    .innerJoin('principals', 'principals.id', 'apiTokens.principalId')
    .innerJoin('accessHead', (join) => join.onTrue())
    .select(['tokenHash', 'principals.id', 'principals.kind', 'principals.name', 'accessHead.version'])
    .select('apiTokens.limits')
    .select(sql<boolean>`coalesce(api_tokens.last_used_at < now() - interval '1 minute', true)`.as('isStale'))
    // Nobody stands behind a service account who could prove anything: what its token may do bounds it.
    .select(sql<boolean>`principals.kind = 'service' or coalesce(api_tokens.proved_until > now(), false)`.as('proved'))
    .where('tokenHash', 'in', hashes)
    .where('principals.active', '=', true)
    .where(sql<boolean>`(api_tokens.expires_at is null or api_tokens.expires_at > now())`)
    .execute();
  const stale = rows.filter((row) => counted && row.isStale).map((row) => row.tokenHash);
  if (stale.length > 0)
    await db.updateTable('apiTokens').set({ lastUsedAt: sql`now()` }).where('tokenHash', 'in', stale).execute();
  return rows;
}

async function actorsOf(
  db: Kysely<Tables>,
  cache: AccessCache,
  holders: readonly Holder[],
): Promise<ReadonlyMap<string, Actor>> {
  const [first] = holders;
  if (first === undefined) return new Map();
  const principals = await cache(
    first.version,
    holders.flatMap(({ kind, id }) => (kind === 'builder' ? [] : [id])),
  );
  const named = new Set(holders.flatMap(({ limits }) => limits?.applications ?? []));
  const applications = await readGovernedApplications(db, [...named]);
  return new Map(
    holders.flatMap(({ tokenHash, kind, id, name, proved, limits = noLimits }): (readonly [string, Actor])[] => {
      if (kind === 'builder') return [[tokenHash, { kind, id, name }]];
      const found = principals.get(id);
      return found === undefined ? [] : [[tokenHash, limitActor({ ...found, proved }, limits, applications)]];
    }),
  );
}
