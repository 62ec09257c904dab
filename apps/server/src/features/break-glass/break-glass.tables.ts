import type { PrincipalId } from '@almanac/domain';
import type { Generated } from 'kysely';
import type { Time } from '#platform/tables';

export interface BreakGlassTables {
  readonly breakGlass: {
    id: Generated<boolean>;
    principalId: PrincipalId;
    /** Null once they were used. */
    secretHash: string | null;
    madeBy: string;
    madeAt: Time;
    usedAt: Date | null;
    usedFrom: string | null;
    acknowledgedBy: string | null;
  };
}
