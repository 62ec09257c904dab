import type { Rollout } from './rollout.ts';

/** Operations of which something runs, or that a rollout may go back to: all others may be forgotten. */
export function operationsInUse(
  rollout: Rollout,
  running: readonly { readonly operation: string }[],
): ReadonlySet<string> {
  const { stable, candidate, failed, warm, trial, stepping } = rollout;
  const own = [stable, candidate, failed, warm?.target, trial?.before, stepping].flatMap(
    (each) => each?.operation ?? [],
  );
  return new Set([...own, ...running.map((each) => each.operation)]);
}
