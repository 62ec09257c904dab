import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import type { Environment } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface EnvironmentsTables {
  readonly environments: {
    id: EnvironmentId;
    name: string;
    displayName: string;
    type: Environment['type'];
    position: number;
    promotesFrom: EnvironmentId | null;
    following: JSONColumnType<Environment['following']>;
    rollout: JSONColumnType<NonNullable<Environment['rollout']>> | null;
    createdAt: Time;
    revision: Generated<number>;
  };
  readonly placements: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    labels: JSONColumnType<Record<string, string>>;
    revision: Generated<number>;
  };
}
