import type { ApiTokenId, AttemptScope, PrincipalId, Role, SessionId } from '@almanac/domain';
import type { Generated } from 'kysely';
import type { Time } from '#platform/tables';

export interface AccessTables {
  readonly principals: {
    id: PrincipalId;
    kind: 'user' | 'service';
    name: string;
    displayName: string;
    role: Role;
    team: string | null;
    passwordHash: string | null;
    active: Generated<boolean>;
    createdAt: Time;
    revision: Generated<number>;
  };
  readonly sessions: {
    id: SessionId;
    tokenHash: string;
    principalId: PrincipalId;
    createdAt: Time;
    lastSeenAt: Time;
    expiresAt: Time;
    address: string;
    userAgent: string;
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
    lastUsedAt: Date | null;
    expiresAt: Date | null;
  };
}
