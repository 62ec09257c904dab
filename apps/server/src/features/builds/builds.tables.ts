import type { ApplicationId, BuildId, Digest, JobId } from '@almanac/domain';
import type { BuilderJob, Evidence, JobFault, Manifest } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

export interface BuildsTables {
  readonly jobs: {
    id: JobId;
    kind: BuilderJob['work']['kind'];
    work: JSONColumnType<BuilderJob['work']>;
    applicationId: ApplicationId | null;
    state: 'queued' | 'running' | 'ended' | 'cancelled';
    attempt: Generated<number>;
    fence: Generated<number>;
    logStart: Generated<number>;
    builder: string | null;
    leaseUntil: Date | null;
    createdAt: Time;
    endedAt: Date | null;
  };
  readonly builds: {
    id: BuildId;
    applicationId: ApplicationId;
    number: number;
    jobId: JobId;
    state: 'queued' | 'running' | 'succeeded' | 'failed' | 'errored' | 'cancelled';
    branch: string;
    label: string;
    commit: string | null;
    manifest: JSONColumnType<Manifest> | null;
    indexDigest: Digest | null;
    evidence: JSONColumnType<Evidence[], string | undefined, string>;
    fault: JSONColumnType<JobFault> | null;
    requestedBy: string;
    createdAt: Time;
    startedAt: Date | null;
    endedAt: Date | null;
  };
  readonly buildModules: {
    buildId: BuildId;
    name: string;
    inputKey: Digest;
    digest: Digest;
    size: number;
    reused: boolean;
    durationMs: number;
    migration: Digest | null;
  };
  readonly buildLogs: { jobId: JobId; startByte: number; endByte: number; text: string };
  readonly commits: {
    applicationId: ApplicationId;
    hash: string;
    parents: string[];
    author: string;
    at: Time;
    subject: string;
  };
}
