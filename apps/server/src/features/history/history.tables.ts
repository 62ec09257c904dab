import type { ApplicationId, BuildId, EnvironmentId, PlanId } from '@almanac/domain';
import type { HistoryEntry } from '@almanac/protocol';
import type { Time } from '#platform/tables';

export interface HistoryTables {
  readonly history: {
    id: string;
    at: Time;
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    kind: HistoryEntry['kind'];
    beforeBuildId: BuildId | null;
    afterBuildId: BuildId | null;
    planId: PlanId;
    planNumber: number;
    byWhom: string;
    detail: string | null;
  };
}
