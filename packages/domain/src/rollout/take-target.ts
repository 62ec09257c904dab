import { letAllIn, letIn } from './enter-step.ts';
import type { Rollout, RolloutTarget } from './rollout.ts';

/** Takes up what the application should be: a new rollout, the way back to what ran before, or its end. */
export function takeTarget(rollout: Rollout, target: RolloutTarget | null, now: number): Rollout {
  if (target === null) {
    if (rollout.phase === 'idle' || rollout.phase === 'removing') return rollout;
    const ended = { candidate: null, failed: null, message: null, warm: null, trial: null };
    return { ...unheld(rollout), phase: 'removing', ...ended };
  }
  if (target.operation === rollout.candidate?.operation || target.operation === rollout.failed?.operation)
    return rollout;
  if (target.operation === rollout.stable?.operation) {
    if (rollout.candidate === null && rollout.failed === null && rollout.phase !== 'removing') return rollout;
    const message = 'going back to what ran before';
    return { ...unheld(rollout), phase: 'returning', candidate: null, failed: null, message, progressedAt: now };
  }
  const begun: Rollout = {
    ...unheld(rollout),
    candidate: target,
    failed: null,
    message: null,
    startedAt: now,
    warm: null,
    trial: null,
  };
  // What is still warm ran well here a moment ago: nothing is to be tried out again.
  if (isWarm(rollout, target)) return letAllIn(begun, now);
  const migrates = target.modules.some((each) => each.migrate);
  return migrates ? { ...begun, phase: 'migrating' } : letIn(begun, now);
}

/** Nobody is asked any more about a candidate that is none; what its analyses came to stays. */
function unheld(rollout: Rollout): Rollout {
  const { stepping } = rollout;
  return stepping === null || stepping.hold === null ? rollout : { ...rollout, stepping: { ...stepping, hold: null } };
}

/**
 * The operation whose warm instances are exactly what a new target wants: whoever runs them may call them by the new
 * operation, and the way back takes no time. Null where there are none.
 */
export function warmFor(rollout: Rollout, target: RolloutTarget): string | null {
  const known = [rollout.candidate, rollout.stable].some((each) => each?.operation === target.operation);
  return !known && isWarm(rollout, target) ? target.sameAs : null;
}

function isWarm(rollout: Rollout, target: RolloutTarget): boolean {
  return target.sameAs !== null && rollout.warm?.target.operation === target.sameAs;
}
