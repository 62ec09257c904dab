import type { ApplicationId, BuildId, EnvironmentId, HotfixId, JobId } from '@almanac/domain';
import type { Generated } from 'kysely';
import type { Time } from '#platform/tables';

export interface HotfixesTables {
  readonly hotfixes: {
    id: HotfixId;
    number: number;
    applicationId: ApplicationId;
    environmentId: EnvironmentId;
    branch: string;
    baseBuildId: BuildId;
    baseCommit: string;
    tipCommit: string;
    branchState: 'asked' | 'made' | 'refused';
    branchDetail: string | null;
    branchJobId: JobId;
    state: 'open' | 'closed';
    polledAt: Date | null;
    notes: string;
    startedBy: string;
    startedAt: Time;
    closedAt: Date | null;
    closedReason: string | null;
    revision: Generated<number>;
  };
  readonly hotfixBuilds: { buildId: BuildId; hotfixId: HotfixId };
  readonly commitPatches: { applicationId: ApplicationId; commit: string; patch: string };
}
