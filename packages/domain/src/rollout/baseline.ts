import { type Exposure, exposureAfter } from './exposure.ts';
import { indexOfAll, type Progression } from './progression.ts';
import type { Stepping } from './rollout.ts';
import { verdictOf } from './take-verdict.ts';

const suffix = '.baseline';

/**
 * What instances go by that run the version before beside a candidate, to be compared with it. They are a version of their
 * own to whoever routes and counts requests.
 */
export function baselineOf(operation: string): string {
  return `${operation}${suffix}`;
}

export function isBaseline(operation: string): boolean {
  return operation.endsWith(suffix);
}

/** Whether a baseline runs beside the candidate: from its first instance to the end of the last analysis against one. */
export function wantsBaseline(progression: Progression, stepping: Stepping): boolean {
  const { steps, background } = progression;
  const all = indexOfAll(steps);
  if (stepping.promoted || stepping.step > all) return false;
  if (background?.baseline === 'fresh' && !isOver(progression, stepping)) return true;
  // Once everything is the candidate's there is nothing left to compare it with: whoever waited for that would wait for ever.
  const compared = steps.slice(0, all).findLastIndex((each) => each.kind === 'analyse' && each.baseline === 'fresh');
  return stepping.step <= compared;
}

/** Whether the analysis beside the steps lets the rollout go on; one that is held up is made anew, against the same. */
function isOver({ reactions }: Progression, stepping: Stepping): boolean {
  const verdict = verdictOf(stepping, 'background')?.verdict;
  return verdict === 'pass' || (verdict === 'marginal' && reactions.marginal === 'continue');
}

/** Per cent of the requests that a baseline takes beside a candidate: the same, as far as they reach for both. */
export function baselineWeight(weight: number): number {
  return Math.min(weight, 100 - weight);
}

/** What the present step wants. A candidate does not outgrow its baseline before it was compared with it for the last time. */
export function wantedExposure(progression: Progression, stepping: Stepping): Exposure {
  const { steps } = progression;
  const waits = stepping.step === indexOfAll(steps) && wantsBaseline(progression, stepping);
  return exposureAfter(steps, waits ? stepping.step : stepping.step + 1);
}
