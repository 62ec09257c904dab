import type { PasskeyId, PrincipalId, RoleId } from '@almanac/domain';
import type { ColumnType, Generated } from 'kysely';
import type { Time } from '#platform/tables';

/** `bigint`: read as text, to lose nothing. */
type Big = ColumnType<string, number, number>;

export interface FactorsTables {
  readonly totpFactors: {
    principalId: PrincipalId;
    sealedSecret: string;
    createdAt: Time;
    confirmedAt: Date | null;
    lastStep: ColumnType<string, number | undefined, number>;
  };
  readonly passkeys: {
    id: PasskeyId;
    principalId: PrincipalId;
    name: string;
    credentialId: string;
    publicKey: Buffer;
    counter: Big;
    transports: string[];
    backedUp: boolean;
    createdAt: Time;
    lastUsedAt: Date | null;
  };
  readonly answeredChallenges: { challengeHash: string; expiresAt: Time };
  readonly recoveryCodes: { codeHash: string; principalId: PrincipalId };
  readonly secondFactorPolicy: {
    id: Generated<boolean>;
    everybody: boolean;
    revision: Generated<number>;
  };
  readonly secondFactorRoles: { roleId: RoleId };
}
