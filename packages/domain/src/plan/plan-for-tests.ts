import type { ApplicationId, BuildId, EnvironmentId, OperationId, PlanId, SiteId } from '../identity/id.ts';
import type {
  GateObservation,
  Plan,
  PlanCourse,
  PlanObservation,
  PlanOperation,
  SiteProgress,
  Target,
} from './plan.ts';

export const applicationId = (name: string) => `application-${name}` as ApplicationId;

export function aTarget(operation: string): Target {
  return { build: `build-${operation}` as BuildId, operation, settings: {}, settingsHash: 'none' };
}

/** An operation on an application named like it; its target is named after both. */
export function anOperation(name: string, given: Partial<PlanOperation> = {}): PlanOperation {
  return {
    id: `operation-${name}` as OperationId,
    application: applicationId(name),
    applicationName: name,
    kind: 'deploy',
    wave: 0,
    before: null,
    after: aTarget(`new-${name}`),
    state: 'pending',
    fleet: null,
    message: null,
    startedAt: null,
    endedAt: null,
    ...given,
  };
}

export const plainCourse: PlanCourse = {
  twoStep: false,
  stagedFor: 1000,
  whileFrozen: 'finish',
  parallel: null,
  rings: null,
};

/** Gates that stand open for a plan, which is still what was analysed. */
export function openGates(plan: Plan, given: Partial<GateObservation> = {}): GateObservation {
  const { content, operations, neighbours } = plan;
  return {
    analysed: { content, operations, neighbours },
    obstacles: [],
    course: plan.course,
    frozen: null,
    quarantined: new Set(),
    ...given,
  };
}

export function aPlan(given: Partial<Plan> = {}): Plan {
  return {
    id: 'plan-1' as PlanId,
    number: 1,
    environment: 'environment-1' as EnvironmentId,
    state: 'queued',
    reason: null,
    content: 'content-1',
    authors: ['ada'],
    startAt: null,
    hotfix: false,
    course: plainCourse,
    stagedUntil: null,
    continued: false,
    paused: null,
    failurePolicy: 'stop',
    operations: [anOperation('orders')],
    neighbours: [],
    ...given,
  };
}

/** What one site says of an application; reports are `operation: phase`. */
export function aSite(
  name: string,
  given: {
    readonly application: string;
    readonly online?: boolean;
    readonly inStep?: boolean;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ring?: SiteProgress['ring'];
    readonly reports?: Readonly<Record<string, string>>;
  },
): SiteProgress {
  return {
    site: `site-${name}` as SiteId,
    name,
    online: given.online ?? true,
    inStep: given.inStep ?? true,
    labels: given.labels ?? {},
    ring: given.ring ?? null,
    application: applicationId(given.application),
    reports: Object.entries(given.reports ?? {}).map(([operation, phase]) => ({
      operation,
      phase,
      message: phase === 'failed' ? `${operation} broke` : null,
    })),
  };
}

export function anObservation(given: Partial<PlanObservation> = {}): PlanObservation {
  return { gates: openGates(aPlan()), sites: [], targets: new Map(), active: [], ...given };
}
