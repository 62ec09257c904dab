import { type IdentityProviderId, refuse } from '@almanac/domain';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { Tables } from '#tables';

export type ProviderRow = Selectable<Tables['identityProviders']>;
export type VersionRow = Selectable<Tables['identityProviderVersions']>;

/** By name or key. */
export async function findProvider(db: Kysely<Tables>, reference: string): Promise<ProviderRow> {
  const byKey = z.uuid().safeParse(reference).success;
  const found = await db
    .selectFrom('identityProviders')
    .selectAll()
    .where((where) => (byKey ? where('id', '=', reference as IdentityProviderId) : where('name', '=', reference)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no identity provider ${reference}`);
}

/** The newest version of a configuration: a draft, unless it was activated. */
export async function newestVersion(db: Kysely<Tables>, provider: IdentityProviderId): Promise<VersionRow> {
  return db
    .selectFrom('identityProviderVersions')
    .selectAll()
    .where('providerId', '=', provider)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
}

/** What is changed and was not in force yet. What gave way is no draft any more, unless it is changed again. */
export function isDraft(version: Pick<VersionRow, 'activatedAt'>): boolean {
  return version.activatedAt === null;
}

/** The version that was activated last, whether or not people can sign in with the provider now. */
export async function activatedVersion(
  db: Kysely<Tables>,
  { activeId }: Pick<ProviderRow, 'activeId'>,
): Promise<VersionRow | undefined> {
  if (activeId === null) return undefined;
  return db.selectFrom('identityProviderVersions').selectAll().where('id', '=', activeId).executeTakeFirst();
}

/** A version that people can sign in with; undefined while the provider is disabled. */
export async function versionInForce(db: Kysely<Tables>, provider: ProviderRow): Promise<VersionRow | undefined> {
  return provider.enabled ? activatedVersion(db, provider) : undefined;
}
