import type { ApplicationId, InspectionId, JobId, TeamId } from '@almanac/domain';
import type { CommitRecord, JobFault, Manifest } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface ApplicationsTables {
  readonly applications: {
    id: ApplicationId;
    name: string;
    displayName: string;
    repository: string;
    branch: string;
    manifestPath: string;
    headCommit: string | null;
    polledAt: Date | null;
    builds: Generated<number>;
    /** The team that owns it. */
    teamId: Generated<TeamId | null>;
    createdAt: Time;
    revision: Generated<number>;
  };
  readonly inspections: {
    id: InspectionId;
    jobId: JobId;
    repository: string;
    branch: string;
    manifestPath: string;
    state: 'queued' | 'running' | 'succeeded' | 'failed';
    commit: JSONColumnType<CommitRecord> | null;
    manifest: JSONColumnType<Manifest> | null;
    fault: JSONColumnType<JobFault> | null;
    requestedBy: string;
    createdAt: Time;
  };
}
