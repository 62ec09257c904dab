import type { BuildId } from '../identity/id.ts';
import type { Progression } from './progression.ts';
import type { ModuleTarget, ObservedInstance, RolloutObservation, RolloutTarget } from './rollout.ts';

/** A module that serves with one instance, rolls with one more, and needs no steps, unless told otherwise. */
export function aModule(other: Partial<ModuleTarget> = {}): ModuleTarget {
  return {
    name: 'web',
    serves: true,
    instances: 1,
    strategy: { kind: 'rolling', maxSurge: 1, maxUnavailable: 0 },
    progressDeadline: 60_000,
    stopGrace: 10_000,
    migrate: false,
    verify: false,
    ...other,
  };
}

export function aRolloutTarget(operation: string, ...modules: readonly ModuleTarget[]): RolloutTarget {
  return {
    operation,
    build: `build-of-${operation}` as BuildId,
    sameAs: null,
    progression: null,
    modules: modules.length === 0 ? [aModule()] : modules,
  };
}

/** A ready instance of `web` since the beginning of time. */
export function anInstance(operation: string, other: Partial<ObservedInstance> = {}): ObservedInstance {
  return {
    id: `${operation}-1`,
    module: 'web',
    operation,
    state: 'ready',
    since: 0,
    failures: 0,
    inFlight: 0,
    message: null,
    ...other,
  };
}

export function observing(
  instances: readonly ObservedInstance[],
  steps: RolloutObservation['steps'] = [],
): RolloutObservation {
  return { instances, steps, analyses: [] };
}

/** Ten per cent and half, an analysis between them, then all; whoever is asked is Ada. */
export function aProgression(other: Partial<Progression> = {}): Progression {
  return {
    steps: [
      { kind: 'weight', weight: 10 },
      { kind: 'analyse', within: 60_000, baseline: 'stable' },
      { kind: 'weight', weight: 50 },
      { kind: 'weight', weight: 100 },
    ],
    background: null,
    dynamicStableScale: false,
    reactions: { marginal: 'hold', 'insufficient-data': 'hold', error: 'hold' },
    keepOld: 0,
    holdLimit: 3_600_000,
    decides: 'ada',
    ...other,
  };
}
