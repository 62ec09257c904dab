import type { ApiTokenId, PrincipalId, Role } from '@almanac/domain';
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
    tokenHash: string;
    principalId: PrincipalId;
    createdAt: Time;
    lastSeenAt: Time;
    expiresAt: Time;
  };
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
