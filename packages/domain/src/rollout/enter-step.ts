import { indexOfAll, type Progression } from './progression.ts';
import type { Rollout, Stepping } from './rollout.ts';

const firstSteps: Omit<Stepping, 'operation' | 'dynamicStableScale'> = {
  step: 0,
  since: 0,
  weight: 0,
  shortSince: null,
  hold: null,
  promoted: false,
  run: 0,
  backgroundSince: null,
  verdicts: [],
};

/** Lets a candidate in: step by step where it replaces something and wants that, all of it otherwise. */
export function letIn(rollout: Rollout, now: number): Rollout {
  const { candidate, stable } = rollout;
  if (candidate === null || candidate.progression === null || stable === null) return letAllIn(rollout, now);
  const { dynamicStableScale } = candidate.progression;
  const stepping = { operation: candidate.operation, dynamicStableScale, ...firstSteps };
  return enterStep({ ...rollout, phase: 'stepping', stepping }, 0, now);
}

/** All of a candidate is brought in from now on. */
export function letAllIn(rollout: Rollout, now: number): Rollout {
  return { ...rollout, phase: 'progressing', message: null, progressedAt: now, readyCandidates: 0 };
}

/** Enters the step of an index; after the last one the candidate is let in altogether. */
export function enterStep(rollout: Rollout, step: number, now: number): Rollout {
  const { stepping } = rollout;
  const progression = rollout.candidate?.progression ?? null;
  if (stepping === null || progression === null) return rollout;
  const begins = progression.background !== null && step >= firstWatched(progression);
  const backgroundSince = begins ? (stepping.backgroundSince ?? now) : null;
  const entered = {
    ...rollout,
    message: null,
    stepping: { ...stepping, step, since: now, hold: null, backgroundSince },
  };
  return step >= progression.steps.length ? letAllIn(entered, now) : entered;
}

/** The step with which the analysis beside them begins: at the latest with the one that gives the candidate all. */
function firstWatched({ steps, background }: Progression): number {
  const all = indexOfAll(steps);
  return Math.min(background?.from ?? all, all);
}

export function nextStep(rollout: Rollout, now: number): Rollout {
  return enterStep(rollout, (rollout.stepping?.step ?? 0) + 1, now);
}

/** Ends a hold: a step that waited is over, and what a verdict held up is analysed anew. */
export function releaseHold(rollout: Rollout, now: number): Rollout {
  const { stepping } = rollout;
  const hold = stepping?.hold ?? null;
  if (stepping === null || hold === null) return rollout;
  if (hold.cause === 'step') return nextStep(rollout, now);
  const released = { ...stepping, hold: null };
  if (hold.cause === 'person') return { ...rollout, message: null, stepping: released };
  const backgroundSince = stepping.backgroundSince === null ? null : now;
  return { ...rollout, message: null, stepping: { ...released, run: stepping.run + 1, since: now, backgroundSince } };
}
