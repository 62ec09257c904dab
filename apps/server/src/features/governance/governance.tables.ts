import type {
  ApplicationId,
  BuildId,
  Calendar,
  EnvironmentId,
  JobId,
  Policy,
  PolicyScope,
  PrincipalId,
} from '@almanac/domain';
import type { FollowedPolicy, Freeze, PolicyVersion, Quarantine } from '@almanac/protocol';
import type { JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';

interface Lifting {
  liftedBy: string | null;
  liftedAt: Date | null;
  liftReason: string | null;
}

export interface GovernanceTables {
  readonly policies: {
    id: string;
    scope: PolicyScope['kind'];
    environmentId: EnvironmentId | null;
    version: number;
    policy: JSONColumnType<Policy>;
    note: string;
    origin: JSONColumnType<NonNullable<PolicyVersion['origin']>> | null;
    changedBy: string;
    changedAt: Time;
  };
  readonly followedPolicies: {
    id: FollowedPolicy['id'];
    scope: PolicyScope['kind'];
    environmentId: EnvironmentId | null;
    repository: string;
    branch: string;
    path: string;
    commit: string | null;
    fault: JSONColumnType<NonNullable<FollowedPolicy['fault']>> | null;
    jobId: JobId | null;
    polledAt: Date | null;
    lookedAt: Date | null;
    followedBy: string;
    /** Asked for when the file changed; null for one of before. */
    followedById: PrincipalId | null;
    followedAt: Time;
  };
  readonly freezes: {
    id: Freeze['id'];
    name: string;
    scope: PolicyScope['kind'];
    environmentId: EnvironmentId | null;
    reason: string;
    beginsAt: Time;
    endsAt: Date | null;
    calendar: JSONColumnType<Calendar> | null;
    createdBy: string;
    createdAt: Time;
  } & Lifting;
  readonly quarantines: {
    id: Quarantine['id'];
    applicationId: ApplicationId;
    buildId: BuildId;
    reason: string;
    createdBy: string;
    createdAt: Time;
  } & Lifting;
}
