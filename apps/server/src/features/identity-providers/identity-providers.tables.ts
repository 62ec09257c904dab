import type {
  ExternalIdentityId,
  IdentityProviderId,
  PrincipalId,
  ProviderKind,
  Provisioning,
  RoleId,
  SessionId,
  TeamId,
} from '@almanac/domain';
import type { DryRun, ProviderConfiguration } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface IdentityProvidersTables {
  readonly identityProviders: {
    id: IdentityProviderId;
    name: string;
    displayName: string;
    kind: ProviderKind;
    enabled: Generated<boolean>;
    position: number;
    createdAt: Time;
    createdBy: string;
    revision: Generated<number>;
    activeId: string | null;
  };
  readonly identityProviderVersions: {
    id: string;
    providerId: IdentityProviderId;
    number: number;
    configuration: JSONColumnType<ProviderConfiguration>;
    secrets: JSONColumnType<Readonly<Record<string, string>>>;
    provisioning: Provisioning;
    defaultRoleId: RoleId | null;
    createdAt: Time;
    createdBy: string;
    triedAt: Date | null;
    activatedAt: Date | null;
    previousId: string | null;
    returns: Generated<boolean>;
    successes: Generated<number>;
    failures: Generated<number>;
    firstFailureAt: Date | null;
    returnedAt: Date | null;
    returnedWhy: string | null;
  };
  readonly identityProviderMappings: {
    versionId: string;
    position: number;
    groupKey: string;
    roleId: RoleId;
    teamId: TeamId | null;
  };
  readonly externalIdentities: {
    id: ExternalIdentityId;
    providerId: IdentityProviderId;
    subject: string;
    principalId: PrincipalId;
    givenRoleId: RoleId | null;
    provisioned: boolean;
    name: string | null;
    email: string | null;
    linkedAt: Time;
    lastSeenAt: Date | null;
  };
  readonly providerSignIns: {
    stateHash: string;
    providerId: IdentityProviderId;
    versionId: string;
    browserHash: string;
    remembered: string;
    dryRunId: string | null;
    page: string | null;
    posted: string | null;
    expiresAt: Time;
  };
  readonly providerDryRuns: {
    id: string;
    providerId: IdentityProviderId;
    versionId: string;
    principalId: PrincipalId;
    startedAt: Time;
    endedAt: Date | null;
    problem: string | null;
    result: JSONColumnType<NonNullable<DryRun['result']>> | null;
  };
  readonly providerSessions: {
    id: string;
    /** Null while the second step of the sign-in is outstanding. */
    sessionId: SessionId | null;
    arrivalHash: string | null;
    identityId: ExternalIdentityId;
    versionId: string;
    foreignSession: string | null;
    kept: string | null;
    answeredAt: Time;
    dueAt: Date | null;
  };
  readonly providerAssertions: { providerId: IdentityProviderId; assertion: string; expiresAt: Time };
  readonly providerLogouts: { providerId: IdentityProviderId; message: string; expiresAt: Time };
}
