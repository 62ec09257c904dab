import type { ApplicationId, EnvironmentId, PrincipalId } from '@almanac/domain';
import type { Environment, Rings } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';
import type { EnvironmentPolicy, PlacementPolicy } from './environment-policy.ts';

export interface EnvironmentsTables {
  readonly environments: {
    id: EnvironmentId;
    name: string;
    displayName: string;
    type: Environment['type'];
    position: number;
    promotesFrom: EnvironmentId | null;
    following: JSONColumnType<Environment['following']>;
    /** Who had it follow that, and is asked for when a commit is deployed; null where nobody did. */
    followingSetBy: Generated<PrincipalId | null>;
    rollout: JSONColumnType<NonNullable<Environment['rollout']>> | null;
    drift: Generated<Environment['drift']>;
    rings: JSONColumnType<Rings> | null;
    createdAt: Time;
    revision: Generated<number>;
  };
  /** Without an application: of the environment itself. */
  readonly environmentChanges: {
    id: string;
    environmentId: EnvironmentId;
    applicationId: ApplicationId | null;
    at: Time;
    byWhom: string;
    policy: JSONColumnType<EnvironmentPolicy | PlacementPolicy>;
  };
  readonly placements: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    labels: JSONColumnType<Record<string, string>>;
    revision: Generated<number>;
  };
}
