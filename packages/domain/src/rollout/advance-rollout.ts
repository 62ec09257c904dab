import { desiredOf, isKept, servingOn } from './desired-of.ts';
import { letIn } from './enter-step.ts';
import {
  countReady,
  crashOf,
  deadlineOf,
  failRollout,
  instancesOf,
  isComplete,
  lateReason,
  readyOf,
} from './readiness.ts';
import {
  idleRollout,
  type Rollout,
  type RolloutDesired,
  type RolloutInput,
  type RolloutObservation,
  type RolloutPhase,
} from './rollout.ts';
import { takeCommand } from './take-command.ts';
import { takeSteps } from './take-steps.ts';
import { takeTarget } from './take-target.ts';
import { beginTrial, followTrial } from './trial.ts';

/** Phases from which a rollout goes on; the others rest. Each lists where it may lead. */
export const rolloutTransitions = {
  idle: ['migrating', 'progressing'],
  migrating: ['stepping', 'progressing', 'returning', 'migrating', 'removing'],
  stepping: ['progressing', 'returning', 'migrating', 'stepping', 'removing'],
  progressing: ['verifying', 'healthy', 'returning', 'migrating', 'stepping', 'removing'],
  verifying: ['healthy', 'returning', 'migrating', 'stepping', 'progressing', 'removing'],
  healthy: ['degraded', 'returning', 'migrating', 'stepping', 'progressing', 'removing'],
  degraded: ['healthy', 'returning', 'migrating', 'stepping', 'progressing', 'removing'],
  returning: ['failed', 'healthy', 'degraded', 'migrating', 'stepping', 'progressing', 'removing'],
  failed: ['migrating', 'stepping', 'progressing', 'healthy', 'degraded', 'removing'],
  removing: ['idle', 'migrating', 'stepping', 'progressing'],
} as const satisfies Record<RolloutPhase, readonly RolloutPhase[]>;

/**
 * Takes the rollout of one application on one site a step further. It looks at levels only, so it may be called at
 * any time and any number of times; `now` is milliseconds since the epoch.
 */
export function advanceRollout(
  rollout: Rollout,
  input: RolloutInput,
  now: number,
): { readonly rollout: Rollout; readonly desired: RolloutDesired } {
  const { target, observation, command } = input;
  const observed = goOn(takeTarget(rollout, target, now), observation, now);
  // A verdict that is there comes before what a person asks: nobody promotes what has just proved worse.
  const commanded = takeCommand(observed, command, now);
  const current = commanded === observed ? observed : goOn(commanded, observation, now);
  return { rollout: current, desired: desiredOf(current, observation) };
}

function goOn(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  // What is entered may be left in the same pass; there are fewer phases and steps than passes.
  const most = 10 + 3 * (rollout.candidate?.progression?.steps.length ?? 0);
  let current = rollout;
  for (let pass = 0; pass < most; pass += 1) {
    const next = step(current, observation, now);
    if (next === current) break;
    current = next;
  }
  return current;
}

function step(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  switch (rollout.phase) {
    case 'idle':
      return rollout;
    case 'migrating':
      return runSteps(rollout, { observation, step: 'migrate', next: () => letIn(rollout, now) }, now);
    case 'stepping':
      return takeSteps(rollout, observation, now);
    case 'progressing':
      return progress(rollout, observation, now);
    case 'verifying':
      return runSteps(rollout, { observation, step: 'verify', next: () => settle(rollout, now) }, now);
    case 'returning':
      return returnToStable(rollout, observation, now);
    case 'healthy':
    case 'degraded':
      return rest(rollout, observation, now);
    case 'failed':
      return rollout;
    case 'removing':
      return observation.instances.length === 0 ? { ...idleRollout } : rollout;
  }
}

function runSteps(
  rollout: Rollout,
  input: {
    readonly observation: RolloutObservation;
    readonly step: 'migrate' | 'verify';
    readonly next: () => Rollout;
  },
  now: number,
): Rollout {
  const { candidate } = rollout;
  if (candidate === null) return rollout;
  const wanted = candidate.modules.filter((each) => each[input.step]);
  for (const module of wanted) {
    const found = input.observation.steps.find(
      (each) => each.step === input.step && each.module === module.name && each.operation === candidate.operation,
    );
    if (found?.state === 'failed')
      return failRollout(
        rollout,
        `the ${input.step} step of ${module.name} failed: ${found.message ?? 'see its output'}`,
        now,
      );
    if (found?.state !== 'succeeded') return rollout;
  }
  return input.next();
}

function progress(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  const { candidate } = rollout;
  if (candidate === null) return rollout;
  const own = instancesOf(candidate, observation.instances);
  const crash = crashOf(own);
  if (crash !== null) return failRollout(rollout, crash, now);
  const ready = countReady(candidate, own);
  if (ready > rollout.readyCandidates) return { ...rollout, readyCandidates: ready, progressedAt: now };
  const complete = isComplete(candidate, own);
  const alone = observation.instances.every((each) => each.operation === candidate.operation || isKept(rollout, each));
  if (complete && alone)
    return candidate.modules.some((each) => each.verify) ? { ...rollout, phase: 'verifying' } : settle(rollout, now);
  if (complete || now - rollout.progressedAt <= deadlineOf(candidate)) return rollout;
  const late = candidate.modules.find((module) => readyOf(module, own) < module.instances);
  return failRollout(rollout, lateReason(late, own), now);
}

/** What was brought in is what runs well from now on; what ran before may stay warm for a while. */
function settle(rollout: Rollout, now: number): Rollout {
  const { candidate, stable } = rollout;
  const keepOld = candidate?.progression?.keepOld ?? 0;
  const warm = stable === null || keepOld === 0 ? null : { target: stable, until: now + keepOld };
  const trial = beginTrial(stable, now);
  return { ...rollout, phase: 'healthy', stable: candidate, candidate: null, message: null, warm, trial };
}

function returnToStable(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  const { stable } = rollout;
  const { instances } = observation;
  // Whoever stands in for what ran before is waited for, but not for ever: then it is told as it is.
  const patient = stable === null || now - rollout.progressedAt <= deadlineOf(stable);
  const serving = servingOn(rollout, instances);
  const others = instances.filter((each) => each.operation !== stable?.operation && (patient || !serving.has(each)));
  if (others.length > 0) return rollout;
  if (rollout.failed !== null) return { ...rollout, phase: 'failed' };
  return stable === null ? { ...idleRollout } : rest({ ...rollout, phase: 'healthy', message: null }, observation, now);
}

function rest(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  const { stable, warm } = rollout;
  if (stable === null) return rollout;
  if (warm !== null && now >= warm.until) return { ...rollout, warm: null };
  const own = instancesOf(stable, observation.instances);
  const short = stable.modules.find((module) => readyOf(module, own) < module.instances);
  const tried = followTrial(rollout, { short, instances: observation.instances }, now);
  if (tried !== undefined) return tried;
  if (short === undefined)
    return rollout.phase === 'healthy' && rollout.message === null
      ? rollout
      : { ...rollout, phase: 'healthy', message: null };
  const why = own.find((each) => each.module === short.name && each.message !== null)?.message ?? null;
  const message = `${short.name} has fewer ready instances than wanted${why === null ? '' : `: ${why}`}`;
  return rollout.phase === 'degraded' && rollout.message === message
    ? rollout
    : { ...rollout, phase: 'degraded', message };
}
