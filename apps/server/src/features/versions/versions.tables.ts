import type { ApplicationId, BuildId, VersionId } from '@almanac/domain';
import type { CommitRecord } from '@almanac/protocol';
import type { JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface VersionsTables {
  readonly versions: {
    id: VersionId;
    applicationId: ApplicationId;
    number: string;
    major: number;
    minor: number;
    patch: number;
    buildId: BuildId;
    commit: string;
    notes: string;
    changes: JSONColumnType<CommitRecord[]>;
    createdBy: string;
    createdAt: Time;
  };
}
