import {
  type Arrival,
  type ArrivalPolicy,
  decideArrival,
  type ExternalIdentity,
  type ExternalIdentityId,
  type LinkedAccount,
  scimGroupKey,
} from '@almanac/domain';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '#tables';
import type { VersionRow } from './find-provider.ts';

/** What would happen to somebody who comes from a provider now, and the link by which they are known. */
export async function readArrival(
  db: Kysely<Tables>,
  identity: ExternalIdentity,
  version: VersionRow,
): Promise<{ readonly arrival: Arrival; readonly link: Selectable<Tables['externalIdentities']> | undefined }> {
  const link = await db
    .selectFrom('externalIdentities')
    .selectAll()
    .where('providerId', '=', identity.provider)
    .where('subject', '=', identity.subject)
    .executeTakeFirst();
  const linked = link === undefined ? undefined : await linkedAccount(db, link);
  const synced = link === undefined ? undefined : await syncedGroups(db, link.id);
  const groups = synced ?? identity.groups;
  return { link, arrival: decideArrival({ groups }, linked, await readArrivalPolicy(db, version)) };
}

/**
 * The groups of somebody whom the provider sends by SCIM; undefined of anybody else. What a sign-in says of groups counts for
 * those alone whom it does not send: two sources would take away in turn what the other gave.
 */
async function syncedGroups(db: Kysely<Tables>, link: ExternalIdentityId): Promise<readonly string[] | undefined> {
  const user = await db
    .selectFrom('scimUsers')
    .select('id')
    .where('identityId', '=', link)
    .where('deletedAt', 'is', null)
    .executeTakeFirst();
  if (user === undefined) return undefined;
  const groups = await db
    .selectFrom('scimMembers')
    .innerJoin('scimGroups', 'scimGroups.id', 'scimMembers.groupId')
    .select(['displayName', 'externalId'])
    .where('userId', '=', user.id)
    .execute();
  return groups.map(scimGroupKey);
}

async function linkedAccount(
  db: Kysely<Tables>,
  link: Selectable<Tables['externalIdentities']>,
): Promise<LinkedAccount> {
  const { id, active, defaultRoleId } = await db
    .selectFrom('principals')
    .select(['id', 'active', 'defaultRoleId'])
    .where('id', '=', link.principalId)
    .executeTakeFirstOrThrow();
  return { principal: id, active, defaultRole: defaultRoleId, givenRole: link.provisioned ? link.givenRoleId : null };
}

/** Who gets an account by a version of a provider, and what its groups give. */
export async function readArrivalPolicy(
  db: Kysely<Tables>,
  version: Pick<VersionRow, 'id' | 'provisioning' | 'defaultRoleId'>,
): Promise<ArrivalPolicy> {
  const mappings = await db
    .selectFrom('identityProviderMappings')
    .select(['groupKey as group', 'roleId as role', 'teamId as team'])
    .where('versionId', '=', version.id)
    .orderBy('position')
    .execute();
  return { provisioning: version.provisioning, defaultRole: version.defaultRoleId, mappings };
}
