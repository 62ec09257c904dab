import type {
  AccessRole,
  ApiTokenId,
  ApplicationId,
  AttemptScope,
  Capability,
  Entrance,
  EnvironmentId,
  IdentityProviderId,
  NextStep,
  PrincipalId,
  Right,
  RoleId,
  SessionId,
  TeamId,
  TokenLimits,
} from '@almanac/domain';
import type { Generated, JSONColumnType } from 'kysely';
import type { GeneratedTime, Time } from '#platform/tables';

/** Networks of allow lists as they are kept: by entrance, and by the keys of roles and environments. */
export interface AllowListContent {
  readonly entrances: Readonly<Record<Entrance, readonly string[] | null>>;
  readonly roles: Readonly<Record<RoleId, readonly string[]>>;
  readonly environments: Readonly<Record<EnvironmentId, readonly string[]>>;
}

/** How it came about that lists are in force: by somebody, by the end of a trial, or on the server's machine. */
export type AllowListCause = 'changed' | 'returned' | 'not-confirmed' | 'cleared';

export interface AccessTables {
  readonly principals: {
    id: PrincipalId;
    kind: 'user' | 'service' | 'builder';
    name: string;
    displayName: string;
    /** What it may do where no team and no grant speaks; a builder has none. */
    defaultRoleId: RoleId | null;
    passwordHash: string | null;
    active: Generated<boolean>;
    createdAt: Time;
    revision: Generated<number>;
  };
  readonly roles: {
    id: RoleId;
    name: string;
    displayName: string;
    builtIn: Generated<boolean>;
    inEnvironments: JSONColumnType<AccessRole['inEnvironments']>;
    inTypes: JSONColumnType<AccessRole['inTypes']>;
    elsewhere: Capability[];
    rights: Right[];
    createdAt: GeneratedTime;
    revision: Generated<number>;
  };
  readonly teams: {
    id: TeamId;
    name: string;
    displayName: string;
    createdAt: GeneratedTime;
    revision: Generated<number>;
  };
  readonly memberships: {
    teamId: TeamId;
    principalId: PrincipalId;
    roleId: RoleId;
    /** The provider of identities that gave it; null for one that was given by hand. */
    givenBy: Generated<IdentityProviderId | null>;
  };
  readonly grants: { applicationId: ApplicationId; principalId: PrincipalId; roleId: RoleId };
  /** From where what is allowed: one row. */
  readonly allowLists: {
    id: Generated<boolean>;
    content: JSONColumnType<AllowListContent>;
    previous: JSONColumnType<AllowListContent> | null;
    trialEndsAt: Date | null;
    cause: AllowListCause;
    changedAt: Time;
    changedBy: string;
    changedFrom: string | null;
    notedBy: string | null;
    revision: Generated<number>;
  };
  /** Grows with every change of what anybody may do. */
  readonly accessHead: { id: Generated<boolean>; version: number };
  readonly sessions: {
    id: SessionId;
    tokenHash: string;
    principalId: PrincipalId;
    createdAt: Time;
    lastSeenAt: Time;
    expiresAt: Time;
    provedUntil: Date | null;
    address: string;
    userAgent: string;
  };
  readonly arrivals: {
    tokenHash: string;
    principalId: PrincipalId;
    step: Exclude<NextStep, 'signed-in'>;
    wrongCodes: Generated<number>;
    createdAt: Time;
    expiresAt: Time;
  };
  readonly signInAttempts: {
    scope: AttemptScope;
    key: string;
    failures: number;
    since: Time;
    blockedUntil: Date | null;
  };
  readonly knownDevices: { tokenHash: string; principalId: PrincipalId; lastSeenAt: Time };
  readonly passwordLinks: { tokenHash: string; principalId: PrincipalId; expiresAt: Time };
  readonly apiTokens: {
    id: ApiTokenId;
    principalId: PrincipalId;
    name: string;
    prefix: string;
    tokenHash: string;
    createdAt: Time;
    limits: JSONColumnType<TokenLimits>;
    parentId: ApiTokenId | null;
    replacedBy: ApiTokenId | null;
    provedUntil: Date | null;
    lastUsedAt: Date | null;
    expiresAt: Date | null;
  };
}
