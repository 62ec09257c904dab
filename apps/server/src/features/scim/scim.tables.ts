import type { ExternalIdentityId, Id, IdentityProviderId, ScimUser } from '@almanac/domain';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export type ScimUserId = Id<'scim-user'>;
export type ScimGroupId = Id<'scim-group'>;

export interface ScimTables {
  readonly scimTokens: {
    id: Id<'scim-token'>;
    providerId: IdentityProviderId;
    prefix: string;
    tokenHash: string;
    createdAt: Time;
    createdBy: string;
    expiresAt: Time;
    lastUsedAt: Date | null;
    replacedAt: Date | null;
  };
  readonly scimUsers: {
    id: ScimUserId;
    providerId: IdentityProviderId;
    identityId: ExternalIdentityId;
    userName: string;
    attributes: JSONColumnType<Pick<ScimUser, 'displayName' | 'name' | 'emails'>>;
    /** What the provider says. */
    active: boolean;
    /** Whether it was the provider that deactivated the account: only then it may activate it again. */
    deactivatedAccount: Generated<boolean>;
    version: number;
    createdAt: Time;
    changedAt: Time;
    deletedAt: Date | null;
  };
  readonly scimGroups: {
    id: ScimGroupId;
    providerId: IdentityProviderId;
    displayName: string;
    externalId: string | null;
    version: number;
    createdAt: Time;
    changedAt: Time;
  };
  readonly scimMembers: { groupId: ScimGroupId; userId: ScimUserId };
}
