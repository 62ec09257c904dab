import type { BuildId } from '../identity/id.ts';

/** How one version replaces another on one site. Canary and blue-green come with progressive delivery. */
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
  readonly modules: readonly ModuleTarget[];
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
}

export type RolloutPhase =
  | 'idle'
  | 'migrating'
  | 'progressing'
  | 'verifying'
  | 'healthy'
  | 'degraded'
  | 'returning'
  | 'failed'
  | 'removing';

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
}

export interface RolloutDesired {
  readonly modules: readonly DesiredModuleShares[];
  /** The steps that should run now, each once per operation. */
  readonly steps: readonly {
    readonly step: 'migrate' | 'verify';
    readonly module: string;
    readonly operation: string;
  }[];
}
