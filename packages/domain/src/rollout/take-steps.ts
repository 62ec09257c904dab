import { baselineOf, wantedExposure, wantsBaseline } from './baseline.ts';
import { enterStep, nextStep } from './enter-step.ts';
import { routedInstances } from './exposure.ts';
import type { Progression } from './progression.ts';
import {
  crashOf,
  deadlineOf,
  failRollout,
  instancesOf,
  isExclusive,
  isPresent,
  lateReason,
  readyOf,
} from './readiness.ts';
import { boundsOf, dividedCounts } from './replica-counts.ts';
import type { Hold, ModuleTarget, Rollout, RolloutObservation, RolloutTarget, Stepping } from './rollout.ts';
import { analysisOfStep, placesOf, takeVerdict, verdictOf } from './take-verdict.ts';

interface Under {
  readonly rollout: Rollout;
  readonly candidate: RolloutTarget;
  readonly progression: Progression;
  readonly stepping: Stepping;
  readonly observation: RolloutObservation;
}

/** Goes as far along the steps as what is observed allows: one step, verdict or hold at a time. */
export function takeSteps(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  const { candidate, stepping } = rollout;
  const progression = candidate?.progression ?? null;
  if (candidate === null || stepping === null || progression === null) return rollout;
  const under: Under = { rollout, candidate, progression, stepping, observation };
  const crash = crashIn(under);
  if (crash !== null) return failRollout(rollout, crash, now);
  return watchStrength(under, now) ?? judge(under, now) ?? wait(under, now) ?? takeStep(under, now);
}

/** The instances that the steps bring, and those of its baseline. */
function sidesOf({ candidate, progression, stepping, observation }: Under) {
  const baseline = { operation: baselineOf(candidate.operation) };
  return [
    { side: 'candidate', called: '', instances: instancesOf(candidate, observation.instances) },
    ...(wantsBaseline(progression, stepping)
      ? [
          {
            side: 'baseline',
            called: 'the baseline: ',
            instances: instancesOf(baseline, observation.instances),
          } as const,
        ]
      : []),
  ] as const;
}

/** Without its baseline a candidate could not be compared: what does not stay up ends the rollout either way. */
function crashIn(under: Under): string | null {
  for (const { called, instances } of sidesOf(under)) {
    const crash = crashOf(instances);
    if (crash !== null) return `${called}${crash}`;
  }
  return null;
}

/** A candidate or baseline that lost what the step wants gets it back in time, or the rollout ends. */
function watchStrength(under: Under, now: number): Rollout | undefined {
  const { rollout, candidate, stepping } = under;
  const late = lateSide(under);
  if (late === undefined)
    return stepping.shortSince === null ? undefined : { ...rollout, stepping: { ...stepping, shortSince: null } };
  if (stepping.shortSince === null) return { ...rollout, stepping: { ...stepping, shortSince: now } };
  return now - stepping.shortSince > deadlineOf(candidate) ? failRollout(rollout, late, now) : undefined;
}

/** What is not ready in the number that the step wants, in words; undefined when everything is. */
function lateSide(under: Under): string | undefined {
  for (const { side, called, instances } of sidesOf(under)) {
    const late = under.candidate.modules.find((module) => readyOf(module, instances) < wantedNow(under, module)[side]);
    if (late !== undefined) return `${called}${lateReason(late, instances)}`;
  }
  return undefined;
}

/** How many ready instances of a module the step wants of the candidate, and of its baseline. */
function wantedNow(under: Under, module: ModuleTarget): { readonly candidate: number; readonly baseline: number } {
  const { progression, stepping, rollout } = under;
  const before = replacedBy(rollout, module);
  if (before === undefined) return { candidate: module.instances, baseline: 0 };
  if (isExclusive(module) || isExclusive(before)) return { candidate: 0, baseline: 0 };
  const exposure = wantedExposure(progression, stepping);
  if (!module.serves) return countsAt(under, module, exposure.weight);
  const candidate = routedInstances(exposure, module.instances);
  return { candidate, baseline: candidate };
}

function countsAt({ progression, stepping }: Under, module: ModuleTarget, weight: number) {
  return dividedCounts(boundsOf(module), { weight, withBaseline: wantsBaseline(progression, stepping) });
}

/** The module in the version before. */
function replacedBy(rollout: Rollout, module: ModuleTarget): ModuleTarget | undefined {
  return rollout.stable?.modules.find((each) => each.name === module.name);
}

function judge(under: Under, now: number): Rollout | undefined {
  const { rollout, observation } = under;
  for (const place of placesOf(rollout)) {
    const taken = takeVerdict(rollout, { place, observation }, now);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

/** While it waits for a person nothing else happens, but not for ever. */
function wait(under: Under, now: number): Rollout | undefined {
  const { rollout, progression, stepping } = under;
  const { hold } = stepping;
  if (hold === null) return undefined;
  if (now - hold.since > progression.holdLimit)
    return failRollout(rollout, `${progression.decides} did not decide in time (${hold.reason})`, now);
  return saying(rollout, `waits for ${progression.decides}: ${hold.reason}`);
}

function takeStep(under: Under, now: number): Rollout {
  const { rollout, progression, stepping } = under;
  const step = progression.steps[stepping.step];
  if (stepping.shortSince !== null || step === undefined) return rollout;
  switch (step.kind) {
    case 'weight':
      return weigh(under, step.weight, now);
    case 'pause':
      return pause(under, step.duration, now);
    case 'analyse':
      return stepping.promoted || verdictOf(stepping, analysisOfStep(stepping.step)) !== undefined
        ? nextStep(rollout, now)
        : rollout;
    case 'scale':
    case 'header':
    case 'mirror':
      return nextStep(rollout, now);
  }
}

/** The step is over once both versions have the instances for it, and what runs beside it allows the last one. */
function weigh(under: Under, weight: number, now: number): Rollout {
  const { rollout, candidate, progression, stepping } = under;
  const watched = progression.background !== null && !stepping.promoted;
  if (weight === 100 && watched && verdictOf(stepping, 'background') === undefined)
    return saying(rollout, 'waits for the analysis beside the steps');
  if (!candidate.modules.every((module) => isDivided(under, module, weight))) return rollout;
  return enterStep({ ...rollout, stepping: { ...stepping, weight } }, stepping.step + 1, now);
}

/** Workers have no router: the number of their instances is the division. */
function isDivided(under: Under, module: ModuleTarget, weight: number): boolean {
  const { rollout, observation } = under;
  const before = replacedBy(rollout, module);
  if (module.serves || before === undefined || isExclusive(module) || isExclusive(before)) return true;
  const present = observation.instances.filter(
    (each) => each.module === module.name && each.operation === rollout.stable?.operation && isPresent(each),
  );
  return present.length <= countsAt(under, module, weight).stable;
}

function pause(under: Under, duration: number | null, now: number): Rollout {
  const { rollout, stepping } = under;
  if (stepping.promoted) return nextStep(rollout, now);
  if (duration !== null) return now - stepping.since >= duration ? nextStep(rollout, now) : rollout;
  const hold: Hold = { cause: 'step', reason: 'it goes on when somebody resumes it', since: now };
  return { ...rollout, stepping: { ...stepping, hold } };
}

function saying(rollout: Rollout, message: string): Rollout {
  return rollout.message === message ? rollout : { ...rollout, message };
}
