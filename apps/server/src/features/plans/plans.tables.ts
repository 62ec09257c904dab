import type {
  ApplicationId,
  BuildId,
  Plan as DomainPlan,
  EnvironmentId,
  OperationId,
  PinnedSettings,
  PlanId,
  PrincipalId,
  ReleaseId,
  SiteId,
} from '@almanac/domain';
import type { Finding, Plan, PlanApproval, RolloutStrategy } from '@almanac/protocol';
import type { Generated, JSONColumnType } from 'kysely';
import type { Time } from '#platform/tables';
import type { Choice } from './choice.ts';

export interface PlansTables {
  readonly targets: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    buildId: BuildId;
    operation: string;
    settings: JSONColumnType<PinnedSettings>;
    settingsHash: string;
    rollout: JSONColumnType<RolloutStrategy> | null;
    earlierSettings: Generated<boolean>;
    planId: PlanId;
    since: Time;
  };
  readonly stagedTargets: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    buildId: BuildId;
    operation: string;
    settings: JSONColumnType<PinnedSettings>;
    settingsHash: string;
    rollout: JSONColumnType<RolloutStrategy> | null;
    planId: PlanId;
  };
  readonly heldTargets: {
    environmentId: EnvironmentId;
    applicationId: ApplicationId;
    operationId: OperationId;
    buildId: BuildId | null;
    operation: string | null;
    settings: JSONColumnType<PinnedSettings> | null;
    settingsHash: string | null;
    rollout: JSONColumnType<RolloutStrategy> | null;
    planId: PlanId;
  };
  readonly fleetSites: { operationId: OperationId; siteId: SiteId; ring: number; told: boolean };
  readonly plans: {
    id: PlanId;
    number: number;
    environmentId: EnvironmentId;
    state: Plan['state'];
    body: JSONColumnType<DomainPlan>;
    composition: JSONColumnType<Choice[], string | undefined, string>;
    confirmed: Generated<string[]>;
    applicationIds: ApplicationId[];
    origin: Plan['origin'];
    releaseId: ReleaseId | null;
    releaseName: string | null;
    notes: string;
    requestedBy: string;
    /** Who had it started, and is asked for when it begins; null where the system did. */
    causedBy: PrincipalId | null;
    findings: JSONColumnType<Finding[]>;
    analysisStamp: Generated<string | null>;
    wakeAt: Date | null;
    createdAt: Time;
    startedAt: Date | null;
    endedAt: Date | null;
    revision: Generated<number>;
  };
  readonly planApprovals: {
    id: string;
    planId: PlanId;
    verdict: PlanApproval['verdict'];
    principal: string;
    role: string;
    teams: string[];
    content: string;
    comment: string;
    at: Time;
    withdrawnAt: Date | null;
  };
  readonly planExemptions: {
    id: string;
    planId: PlanId;
    subject: string;
    content: string;
    reason: string;
    grantedBy: string;
    at: Time;
  };
  readonly planLog: {
    planId: PlanId;
    position: number;
    at: Time;
    level: 'info' | 'warning' | 'error';
    application: string | null;
    site: string | null;
    message: string;
  };
}
