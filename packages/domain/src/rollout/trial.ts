import { crashOf, deadlineOf, instancesOf, lateReason, readyOf } from './readiness.ts';
import type { ModuleTarget, ObservedInstance, Rollout, RolloutTarget, Trial } from './rollout.ts';

/** Whoever was well for so long at a stretch is trusted, in milliseconds. */
export const trialMs = 60_000;
/** A version that has its moments is not gone back from for ever. */
const longestTrial = 10 * trialMs;
/** So long a version on trial may lack instances, in milliseconds; what it replaced is known to do better. */
const mostShort = 15_000;

/** What has just taken over is on trial against what it replaced; with nothing to go back to there is none. */
export function beginTrial(before: RolloutTarget | null, now: number): Trial | null {
  return before === null ? null : { before, since: now, shortSince: null };
}

/** Follows a trial; `short` is a module that has fewer ready instances than it should. */
export function followTrial(
  rollout: Rollout,
  input: { readonly short: ModuleTarget | undefined; readonly instances: readonly ObservedInstance[] },
  now: number,
): Rollout | undefined {
  const { trial, stable } = rollout;
  if (trial === null || stable === null) return undefined;
  const own = instancesOf(stable, input.instances);
  const crash = crashOf(own);
  if (crash !== null) return goBack(rollout, crash, now);
  if (input.short === undefined) {
    if (isOver(trial, { stable, own }, now)) return { ...rollout, trial: null };
    return trial.shortSince === null ? undefined : { ...rollout, trial: { ...trial, shortSince: null } };
  }
  if (trial.shortSince === null) return { ...rollout, trial: { ...trial, shortSince: now } };
  if (now - trial.shortSince <= Math.min(mostShort, deadlineOf(stable))) return undefined;
  return goBack(rollout, lateReason(input.short, own), now);
}

function isOver(
  trial: Trial,
  input: { readonly stable: RolloutTarget; readonly own: readonly ObservedInstance[] },
  now: number,
): boolean {
  if (now - trial.since < trialMs) return false;
  const steady = input.own.filter((each) => now - each.since >= trialMs);
  return (
    now - trial.since >= longestTrial || input.stable.modules.every((each) => readyOf(each, steady) >= each.instances)
  );
}

/** What took over proved bad after all: what it replaced is what runs well, and the operation is not tried again. */
function goBack(rollout: Rollout, reason: string, now: number): Rollout {
  const { trial, stable } = rollout;
  return {
    ...rollout,
    phase: 'returning',
    stable: trial?.before ?? null,
    failed: { operation: stable?.operation ?? '', reason },
    message: reason,
    progressedAt: now,
    warm: null,
    trial: null,
  };
}
