import type { Rollout, Stepping } from './rollout.ts';

/** The longest time for which a version is kept warm. */
const longestWarm = 7 * 86_400_000;

/** A rollout whose times lie in the future because a clock was set back: they become now, or deadlines would wait as long. */
export function forgetTheFuture(rollout: Rollout, now: number): Rollout {
  const { startedAt, progressedAt, stepping, warm } = rollout;
  return {
    ...rollout,
    startedAt: Math.min(startedAt, now),
    progressedAt: Math.min(progressedAt, now),
    stepping: stepping === null ? null : steppingUntil(stepping, now),
    warm: warm === null ? null : { ...warm, until: Math.min(warm.until, now + longestWarm) },
  };
}

function steppingUntil(stepping: Stepping, now: number): Stepping {
  const { since, shortSince, backgroundSince, hold } = stepping;
  return {
    ...stepping,
    since: Math.min(since, now),
    shortSince: shortSince === null ? null : Math.min(shortSince, now),
    backgroundSince: backgroundSince === null ? null : Math.min(backgroundSince, now),
    hold: hold === null ? null : { ...hold, since: Math.min(hold.since, now) },
  };
}
