import { type Actor, refuse } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { hashToken } from '#features/access';
import type { ProviderRow } from '#features/identity-providers';
import type { Tables } from '#tables';

/** Who speaks SCIM: the provider whose token it is, and the actor in whose name it acts. */
export interface ScimClient {
  readonly provider: ProviderRow;
  readonly actor: Extract<Actor, { kind: 'scim-client' }>;
}

const shape = /^Bearer (scim_[\w-]{43})$/;

/**
 * Whose token a request comes with. Nothing but a token for SCIM is taken: no session, no API token.
 *
 * @throws {DomainError} `wrong-token`
 */
export async function identifyScimClient(db: Kysely<Tables>, authorization: string | undefined): Promise<ScimClient> {
  const token = shape.exec(authorization ?? '')?.[1];
  const found =
    token === undefined
      ? undefined
      : await db
          .selectFrom('scimTokens')
          .innerJoin('identityProviders', 'identityProviders.id', 'scimTokens.providerId')
          .selectAll('identityProviders')
          .select('scimTokens.id as token')
          .select(sql<boolean>`coalesce(last_used_at < now() - interval '1 minute', true)`.as('isStale'))
          .where('tokenHash', '=', hashToken(token))
          .where('expiresAt', '>', sql<Date>`now()`)
          .executeTakeFirst();
  if (found === undefined) return refuse('wrong-token', 'the token is unknown, ended or expired');
  const { token: id, isStale, ...provider } = found;
  if (isStale) await db.updateTable('scimTokens').set({ lastUsedAt: sql<Date>`now()` }).where('id', '=', id).execute();
  // No account is called so: names of accounts have no spaces.
  return { provider, actor: { kind: 'scim-client', provider: provider.id, name: `scim of ${provider.name}` } };
}
