import type { ApplicationId, BuildId, EnvironmentId } from '@almanac/domain';
import type { Time } from '#platform/tables';

export interface HoldsTables {
  readonly followingHolds: {
    id: string;
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    commit: string;
    buildId: BuildId;
    planNumber: number;
    byWhom: string;
    at: Time;
  };
}
