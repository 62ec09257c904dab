import type { Rollout, Stepping } from './rollout.ts';

/**
 * A rollout as it is taken over from a journal at `now`: a clock that was set back since it was written would let its
 * deadlines wait for as long.
 */
export function notAfter(rollout: Rollout, now: number): Rollout {
  const past = (time: number) => Math.min(time, now);
  const { startedAt, progressedAt, stepping } = rollout;
  return {
    ...rollout,
    startedAt: past(startedAt),
    progressedAt: past(progressedAt),
    stepping: stepping === null ? null : steppingNotAfter(stepping, past),
  };
}

function steppingNotAfter(stepping: Stepping, past: (time: number) => number): Stepping {
  const { since, shortSince, hold, backgroundSince } = stepping;
  return {
    ...stepping,
    since: past(since),
    shortSince: shortSince === null ? null : past(shortSince),
    hold: hold === null ? null : { ...hold, since: past(hold.since) },
    backgroundSince: backgroundSince === null ? null : past(backgroundSince),
  };
}

/** Operations of which something runs, or that a rollout may go back to: all others may be forgotten. */
export function operationsInUse(
  rollout: Rollout,
  running: readonly { readonly operation: string }[],
): ReadonlySet<string> {
  const { stable, candidate, failed, warm, stepping } = rollout;
  const own = [stable, candidate, failed, warm?.target, stepping].flatMap((each) => each?.operation ?? []);
  return new Set([...own, ...running.map((each) => each.operation)]);
}
