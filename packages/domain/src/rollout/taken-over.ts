import type { Rollout } from './rollout.ts';

/**
 * A rollout as it is taken over from a journal at `now`: a clock that was set back since it was written would let its
 * deadlines wait for as long.
 */
export function notAfter(rollout: Rollout, now: number): Rollout {
  const { startedAt, progressedAt } = rollout;
  return { ...rollout, startedAt: Math.min(startedAt, now), progressedAt: Math.min(progressedAt, now) };
}

/** Operations of which something runs, or that a rollout may go back to: all others may be forgotten. */
export function operationsInUse(
  rollout: Rollout,
  instances: readonly { readonly operation: string }[],
): ReadonlySet<string> {
  const own = [rollout.stable?.operation, rollout.candidate?.operation, rollout.failed?.operation];
  return new Set([...own.filter((each) => each !== undefined), ...instances.map((each) => each.operation)]);
}
