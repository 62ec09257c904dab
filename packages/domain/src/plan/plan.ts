import type { Fleet, FleetPolicy } from '../fleet/fleet.ts';
import type { Obstacle } from '../governance/obstacle.ts';
import type { ApplicationId, BuildId, EnvironmentId, OperationId, PlanId, SiteId } from '../identity/id.ts';

export const planStates = [
  'draft',
  'awaiting-approval',
  'scheduled',
  'queued',
  'staging',
  'staged',
  'deploying',
  'paused',
  'aborting',
  'returning',
  'succeeded',
  'succeeded-with-warnings',
  'cancelled',
  'aborted',
  'returned',
  'failed',
  'expired',
] as const;
export type PlanState = (typeof planStates)[number];

/**
 * Where a plan may go from each state. A state without a way out is an end. Before the start a plan goes back and forth
 * as its gates open and close; an edit, or a gate that no waiting opens, makes it a draft again. What a staged plan was
 * analysed against may move: then it is staged anew.
 */
export const planTransitions = {
  draft: ['awaiting-approval', 'scheduled', 'queued', 'cancelled'],
  'awaiting-approval': ['scheduled', 'queued', 'cancelled', 'draft'],
  scheduled: ['awaiting-approval', 'queued', 'cancelled', 'draft'],
  queued: ['awaiting-approval', 'scheduled', 'staging', 'cancelled', 'draft'],
  staging: ['staged', 'deploying', 'paused', 'aborting', 'failed'],
  staged: ['staging', 'deploying', 'paused', 'aborting', 'expired'],
  deploying: ['paused', 'aborting', 'returning', 'succeeded', 'succeeded-with-warnings', 'failed'],
  paused: ['staging', 'staged', 'deploying', 'aborting'],
  aborting: ['aborted'],
  returning: ['returned'],
  succeeded: [],
  'succeeded-with-warnings': [],
  cancelled: [],
  aborted: [],
  returned: [],
  failed: [],
  expired: [],
} as const satisfies Record<PlanState, readonly PlanState[]>;

export type FailurePolicy = 'stop' | 'continue' | 'return';

export type OperationState = 'pending' | 'running' | 'succeeded' | 'failed' | 'returning' | 'returned' | 'cancelled';

/** Settings that were in force when a plan was made, by site; secrets as envelopes that only the server opens. */
export type PinnedSettings = Readonly<
  Record<
    string,
    { readonly plain: Readonly<Record<string, string>>; readonly secret: Readonly<Record<string, string>> }
  >
>;

/** What an application should be in an environment. `operation` is the key under which sites act, once each. */
export interface Target {
  readonly build: BuildId;
  readonly operation: string;
  readonly settings: PinnedSettings;
  readonly settingsHash: string;
  /** Set where the settings are those of an earlier time and not those that are set now: an analysis leaves them. */
  readonly earlierSettings?: true;
  /** How it takes over, where the plan says so; only sites know what it means. */
  readonly rollout?: object;
}

/** One application in one environment. Times are milliseconds since the epoch. */
export interface PlanOperation {
  readonly id: OperationId;
  readonly application: ApplicationId;
  readonly applicationName: string;
  readonly kind: 'deploy' | 'configure' | 'remove';
  readonly wave: number;
  /** What the environment has when the plan begins; what is gone back to. */
  readonly before: Target | null;
  readonly after: Target | null;
  readonly state: OperationState;
  /** How far it is over the rings of the environment; null before it begins, and where there are none. */
  readonly fleet: Fleet | null;
  readonly message: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** What policy says about the way a plan is carried out. Times in milliseconds. */
export interface PlanCourse {
  /** Stops once everything is staged, until somebody continues it. */
  readonly twoStep: boolean;
  readonly stagedFor: number;
  readonly whileFrozen: 'finish' | 'stop';
  /** Operations of a wave that run at once; null when all do. */
  readonly parallel: number | null;
  /** Rings of sites that a change goes over one after the other; null where all sites take it together. */
  readonly rings: FleetPolicy | null;
}

/** What an analysis pins: nothing else of a plan depends on the environment. */
export interface PlanContent {
  readonly content: string;
  readonly operations: readonly PlanOperation[];
  readonly neighbours: readonly ApplicationId[];
}

/** What governance says about a plan, read with the rest of the snapshot. */
export interface GateObservation {
  /** What the plan would be if it were analysed now; its obstacles are those of that content. */
  readonly analysed: PlanContent;
  readonly obstacles: readonly Obstacle[];
  readonly course: PlanCourse;
  /** The freeze that holds now, in words. */
  readonly frozen: string | null;
  readonly quarantined: ReadonlySet<BuildId>;
}

export interface Plan {
  readonly id: PlanId;
  readonly number: number;
  readonly environment: EnvironmentId;
  readonly state: PlanState;
  /** What it waits for, or why it ended so. */
  readonly reason: string | null;
  /** Digest of what was analysed: operations, settings, and what of the environment they touch. Approvals name it. */
  readonly content: string;
  /** Who composed it, and everybody who edited it since. */
  readonly authors: readonly string[];
  /** Not before this time, when set. */
  readonly startAt: number | null;
  /** Whether it brings a hotfix, which policy may let pass gates. */
  readonly hotfix: boolean;
  /** How it is carried out, as policy said when it began. */
  readonly course: PlanCourse;
  /** Until when a staged plan waits to be continued. */
  readonly stagedUntil: number | null;
  /** Whether somebody continued it after it was staged. */
  readonly continued: boolean;
  readonly paused: {
    readonly from: 'staging' | 'staged' | 'deploying';
    readonly by: 'person' | 'freeze' | 'ring';
  } | null;
  readonly failurePolicy: FailurePolicy;
  readonly operations: readonly PlanOperation[];
  /** Other applications that those of the plan consume or provide for; a plan that touches one of them waits. */
  readonly neighbours: readonly ApplicationId[];
}

/** What one site says of one application and one operation. */
export interface SiteProgress {
  readonly site: SiteId;
  readonly name: string;
  readonly online: boolean;
  /** Whether its report goes by the newest document that was made for it. */
  readonly inStep: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly application: ApplicationId;
  /** Where it was placed in the rings of the operation that runs; null where it was not. */
  readonly ring: { readonly position: number; readonly told: boolean } | null;
  /** One entry for each operation of the application that the site reports. */
  readonly reports: readonly { readonly operation: string; readonly phase: string; readonly message: string | null }[];
}

export interface PlanObservation {
  readonly gates: GateObservation;
  /** Sites on which each application is placed. */
  readonly sites: readonly SiteProgress[];
  /** What the environment should be now. */
  readonly targets: ReadonlyMap<ApplicationId, Target>;
  /** Plans of the same environment that are under way. */
  readonly active: readonly {
    readonly number: number;
    readonly touches: readonly { readonly application: ApplicationId; readonly name: string }[];
  }[];
}

const running = new Set<PlanState>(['staging', 'staged', 'deploying', 'paused', 'aborting', 'returning']);

export function isTerminal(state: PlanState): boolean {
  return planTransitions[state].length === 0;
}

/** Whether the plan has begun and not ended: it alone may change what it touches. */
export function isUnderWay(state: PlanState): boolean {
  return running.has(state);
}

/** Whether the plan may have changed the environment: it is under way, or was before it ended. */
export function hasBegun(state: PlanState): boolean {
  return isUnderWay(state) || (isTerminal(state) && state !== 'cancelled');
}

/** Whether nothing was changed yet, so that a plan can still be cancelled. */
export function mayCancel(state: PlanState): boolean {
  return !isTerminal(state) && !isUnderWay(state);
}

/** Whether it was started and has not begun: its gates decide when it does. */
export function isAtGates(state: PlanState): boolean {
  return state === 'awaiting-approval' || state === 'scheduled' || state === 'queued';
}

/** Whether each look analyses the plan anew: while it waits to begin, and while it is staged and waits for its switch. */
export function isAnalysedAnew(state: PlanState): boolean {
  return mayCancel(state) || state === 'staged';
}

export function mayPause(state: PlanState): boolean {
  return state === 'staging' || state === 'staged' || state === 'deploying';
}

export function mayAbort(state: PlanState): boolean {
  return state === 'staging' || state === 'staged' || state === 'deploying' || state === 'paused';
}
