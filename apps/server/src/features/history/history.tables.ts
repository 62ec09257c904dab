import type { ApplicationId, BuildId, EnvironmentId, PinnedSettings, PlanId } from '@almanac/domain';
import type { HistoryEntry } from '@almanac/protocol';
import type { JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface HistoryTables {
  readonly history: {
    id: string;
    at: Time;
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    applicationName: string | null;
    kind: HistoryEntry['kind'];
    beforeBuildId: BuildId | null;
    beforeSettings: string | null;
    afterBuildId: BuildId | null;
    afterSettings: string | null;
    planId: PlanId;
    planNumber: number;
    byWhom: string;
    detail: string | null;
  };
  readonly historySnapshots: {
    environmentId: EnvironmentId;
    at: Time;
    running: JSONColumnType<SnapshotRow[]>;
  };
  readonly pinnedSettings: { hash: string; settings: JSONColumnType<PinnedSettings> };
}

/** What one application was: its key, its build and the hash of its settings. */
export type SnapshotRow = readonly [ApplicationId, BuildId, string | null];
