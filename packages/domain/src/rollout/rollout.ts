import type { Verdict } from '../analysis/analysis.ts';
import type { BuildId } from '../identity/id.ts';
import type { HeaderMatch, Progression } from './progression.ts';

/** How instances of one version replace those of another on one site, once nothing holds them back. */
export type Strategy =
  | { readonly kind: 'recreate' }
  | { readonly kind: 'rolling'; readonly maxSurge: number; readonly maxUnavailable: number };

/** One module as the target wants it. Durations are milliseconds. */
export interface ModuleTarget {
  readonly name: string;
  /** Whether it answers requests; a worker does not. */
  readonly serves: boolean;
  readonly instances: number;
  /** `recreate` also where a volume is not shared: two versions must never hold it together. */
  readonly strategy: Strategy;
  /** Without progress for so long the rollout has failed. */
  readonly progressDeadline: number;
  readonly stopGrace: number;
  readonly migrate: boolean;
  readonly verify: boolean;
}

/** What one application should be on one site: one build, one set of settings, named by its operation. */
export interface RolloutTarget {
  /** A new operation is a new rollout, even of the same build. */
  readonly operation: string;
  readonly build: BuildId;
  /** An earlier operation that wanted exactly the same, and whose instances are as good as its own; null without one. */
  readonly sameAs: string | null;
  readonly modules: readonly ModuleTarget[];
  /** The way of canaries and of blue and green; null where the instances simply replace each other. */
  readonly progression: Progression | null;
}

/**
 * What a person last asked of a rollout: a level, told again and again and carried out once by its number.
 * `promote` takes all remaining steps at once, `skip` the one of that index, `resume` ends a pause or has an analysis made
 * anew, `abort` goes back.
 */
export interface RolloutCommand {
  readonly number: number;
  readonly operation: string;
  readonly kind: 'promote' | 'pause' | 'resume' | 'abort' | 'skip';
  /** The index of the step that is skipped; null for any other kind. */
  readonly step: number | null;
  readonly by: string;
  readonly reason: string;
}

export type InstanceState = 'starting' | 'ready' | 'unready' | 'draining' | 'stopping' | 'exited' | 'waiting';

/** One instance as the runtime and the gateway see it now. Times are milliseconds since the epoch. */
export interface ObservedInstance {
  readonly id: string;
  readonly module: string;
  readonly operation: string;
  readonly state: InstanceState;
  /** When it entered this state. */
  readonly since: number;
  /** Exits in a row without having been ready for a minute. */
  readonly failures: number;
  /** Requests that it still answers; null while the gateway may give it new ones, or does not say. */
  readonly inFlight: number | null;
  readonly message: string | null;
}

export type StepState = 'absent' | 'running' | 'succeeded' | 'failed';

export interface RolloutObservation {
  readonly instances: readonly ObservedInstance[];
  /** State of a one-off step of an operation, such as a migration; `absent` when it never ran. */
  readonly steps: readonly {
    readonly step: 'migrate' | 'verify';
    readonly module: string;
    readonly operation: string;
    readonly state: StepState;
    readonly message: string | null;
  }[];
  /** What analyses have come to; one that is under way has no verdict yet. */
  readonly analyses: readonly ObservedAnalysis[];
}

/** An analysis of an operation. `name` is its place, as `analysisOfStep` gives it, or `background`. */
export interface AnalysisKey {
  readonly operation: string;
  readonly name: string;
  /** Counts from 0; a person has an analysis made anew. */
  readonly run: number;
}

export interface ObservedAnalysis extends AnalysisKey {
  readonly verdict: Verdict | null;
  /** Why, in words. */
  readonly detail: string | null;
}

export type RolloutPhase =
  | 'idle'
  | 'migrating'
  | 'stepping'
  | 'progressing'
  | 'verifying'
  | 'healthy'
  | 'degraded'
  | 'returning'
  | 'failed'
  | 'removing';

/** Why a rollout waits for a person. */
export interface Hold {
  readonly cause: 'step' | 'person' | Exclude<Verdict, 'pass' | 'fail'>;
  readonly reason: string;
  readonly since: number;
}

/** A verdict as it was taken: it is never taken back. */
export interface TakenVerdict {
  readonly name: string;
  readonly run: number;
  readonly verdict: Verdict;
  readonly detail: string | null;
  readonly at: number;
}

/** How far a rollout by steps is. */
export interface Stepping {
  readonly operation: string;
  /** Index of the step that is being taken. */
  readonly step: number;
  /** When it began. */
  readonly since: number;
  /** Per cent of the requests that the candidate takes. */
  readonly weight: number;
  /** Since when the candidate has fewer ready instances than the step wants; null while it has them. */
  readonly shortSince: number | null;
  readonly hold: Hold | null;
  /** Whether somebody let the candidate in without the remaining steps. */
  readonly promoted: boolean;
  readonly run: number;
  /** When the analysis beside the steps began; null before. */
  readonly backgroundSince: number | null;
  /** Whether the version before has no more instances than its share needs: requests go back as these do. */
  readonly dynamicStableScale: boolean;
  readonly verdicts: readonly TakenVerdict[];
}

/** What was replaced last, still ready to take over. */
export interface Warm {
  readonly target: RolloutTarget;
  readonly until: number;
}

/** What has just taken over, and may still be gone back from by itself. */
export interface Trial {
  /** What it replaced: its files are kept, its instances only where it is warm. */
  readonly before: RolloutTarget;
  readonly since: number;
  /** Since when it has fewer ready instances than it should; null while it has them. */
  readonly shortSince: number | null;
}

/** Durable state of the rollout of one application on one site. */
export interface Rollout {
  readonly phase: RolloutPhase;
  /** What ran well last, and is returned to. */
  readonly stable: RolloutTarget | null;
  /** What is being brought in; null when nothing changes. */
  readonly candidate: RolloutTarget | null;
  /** The last operation that failed here: it is not tried again, only a new operation is. */
  readonly failed: { readonly operation: string; readonly reason: string } | null;
  readonly message: string | null;
  readonly startedAt: number;
  /** When the number of ready candidate instances last grew. */
  readonly progressedAt: number;
  readonly readyCandidates: number;
  /** Of the last rollout by steps: how far it is, or was when it ended. */
  readonly stepping: Stepping | null;
  readonly warm: Warm | null;
  /** Of what took over last; null once it is trusted. */
  readonly trial: Trial | null;
  /** The number of the last command that was carried out. */
  readonly commanded: number;
}

export const idleRollout: Rollout = {
  phase: 'idle',
  stable: null,
  candidate: null,
  failed: null,
  message: null,
  startedAt: 0,
  progressedAt: 0,
  readyCandidates: 0,
  stepping: null,
  warm: null,
  trial: null,
  commanded: 0,
};

export interface RolloutInput {
  /** What the application should be on this site; null when it should be gone. */
  readonly target: RolloutTarget | null;
  readonly observation: RolloutObservation;
  /** What a person last asked of the rollout; null when nobody did. */
  readonly command: RolloutCommand | null;
}

/** How many instances of one operation run in a module, and their share of its traffic in per cent. */
export interface DesiredShare {
  readonly operation: string;
  readonly instances: number;
  readonly weight: number;
}

export interface DesiredModuleShares {
  readonly module: string;
  readonly shares: readonly DesiredShare[];
  /** New requests wait at the gateway while true. */
  readonly hold: boolean;
  /** Requests that one operation sees beside its share; null while there are none. */
  readonly preview: DesiredPreview | null;
}

export interface DesiredPreview {
  readonly operation: string;
  readonly matches: readonly HeaderMatch[];
  /** Per cent of the requests that are also sent there, whose answers nobody gets. */
  readonly mirror: number;
}

export interface RolloutDesired {
  readonly modules: readonly DesiredModuleShares[];
  /** Instances of `operation` are started exactly as those of the operation `of`; null while no baseline is wanted. */
  readonly baseline: { readonly operation: string; readonly of: string } | null;
  /** The steps that should run now, each once per operation. */
  readonly steps: readonly {
    readonly step: 'migrate' | 'verify';
    readonly module: string;
    readonly operation: string;
  }[];
  /** The analyses that should be under way now. */
  readonly analyses: readonly AnalysisKey[];
}
