import type { ApplicationId, BuildId, ReleaseId } from '@almanac/domain';
import type { Time } from '#platform/tables';

export interface ReleasesTables {
  readonly releases: {
    id: ReleaseId;
    name: string;
    notes: string;
    createdBy: string;
    createdAt: Time;
  };
  readonly releaseVersions: {
    releaseId: ReleaseId;
    applicationId: ApplicationId;
    applicationName: string;
    number: string;
    buildId: BuildId;
  };
}
