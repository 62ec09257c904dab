import type { Verdict } from '../analysis/analysis.ts';
import { failRollout } from './readiness.ts';
import type { Rollout, RolloutObservation, Stepping, TakenVerdict } from './rollout.ts';

/** Where an analysis stands in a rollout: since when it is wanted, and how long it may take, in milliseconds. */
export interface Place {
  readonly name: string;
  readonly since: number;
  readonly within: number;
}

/** The name of the analysis of the step with an index; the one beside the steps is called `background`. */
export function analysisOfStep(step: number): string {
  return `step-${step + 1}`;
}

/** What a rollout wants analysed now and has no verdict of in its present run. */
export function placesOf(rollout: Rollout): readonly Place[] {
  const { stepping } = rollout;
  const progression = rollout.candidate?.progression ?? null;
  if (rollout.phase !== 'stepping' || stepping === null || progression === null || stepping.promoted) return [];
  const { background, steps } = progression;
  const step = steps[stepping.step];
  const places: Place[] = [];
  if (background !== null && stepping.backgroundSince !== null)
    places.push({ name: 'background', since: stepping.backgroundSince, within: background.within });
  if (step?.kind === 'analyse')
    places.push({ name: analysisOfStep(stepping.step), since: stepping.since, within: step.within });
  return places.filter((each) => verdictOf(stepping, each.name) === undefined);
}

/** The verdict that was taken in the present run. */
export function verdictOf(stepping: Stepping, name: string): TakenVerdict | undefined {
  return stepping.verdicts.find((each) => each.name === name && each.run === stepping.run);
}

/**
 * Takes what an analysis came to, once and for good; undefined while it has come to nothing. An analysis that says
 * nothing in its time has no data, which is never success.
 */
export function takeVerdict(
  rollout: Rollout,
  input: { readonly place: Place; readonly observation: RolloutObservation },
  now: number,
): Rollout | undefined {
  const { candidate, stepping } = rollout;
  if (candidate === null || stepping === null) return undefined;
  const { place, observation } = input;
  const found = observation.analyses.find(
    (each) => each.operation === candidate.operation && each.name === place.name && each.run === stepping.run,
  );
  const told = found?.verdict ?? null;
  const late = now - place.since > place.within;
  const verdict = told ?? (late ? 'insufficient-data' : null);
  if (verdict === null) return undefined;
  const detail = told === null ? 'it said nothing in its time' : (found?.detail ?? null);
  const taken: TakenVerdict = { name: place.name, run: stepping.run, verdict, detail, at: now };
  return react({ ...rollout, stepping: { ...stepping, verdicts: [...stepping.verdicts, taken] } }, taken, now);
}

function react(rollout: Rollout, taken: TakenVerdict, now: number): Rollout {
  const { stepping, candidate } = rollout;
  const { verdict, detail } = taken;
  if (verdict === 'pass' || stepping === null) return rollout;
  const reason = `${verdictWords[verdict]}${detail === null ? '' : `: ${detail}`}`;
  const reaction = verdict === 'fail' ? 'return' : (candidate?.progression?.reactions[verdict] ?? 'hold');
  if (reaction === 'return') return failRollout(rollout, reason, now);
  if (reaction === 'continue') return rollout;
  return {
    ...rollout,
    stepping: { ...stepping, hold: { cause: verdict as Exclude<Verdict, 'pass' | 'fail'>, reason, since: now } },
  };
}

const verdictWords = {
  fail: 'the analysis says that it is worse',
  marginal: 'the analysis cannot say that it is well',
  'insufficient-data': 'the analysis has too little to go by',
  error: 'the analysis could not be made',
} as const satisfies Record<Exclude<Verdict, 'pass'>, string>;
