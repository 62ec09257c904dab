import type { Rollout, Stepping, Trial } from './rollout.ts';

/** The longest time for which a version is kept warm. */
const longestWarm = 7 * 86_400_000;

/** A rollout whose times lie in the future because a clock was set back: they become now, or deadlines would wait as long. */
export function forgetTheFuture(rollout: Rollout, now: number): Rollout {
  const { startedAt, progressedAt, stepping, warm, trial } = rollout;
  return {
    ...rollout,
    startedAt: Math.min(startedAt, now),
    progressedAt: Math.min(progressedAt, now),
    stepping: stepping === null ? null : steppingUntil(stepping, now),
    warm: warm === null ? null : { ...warm, until: Math.min(warm.until, now + longestWarm) },
    trial: trial === null ? null : trialUntil(trial, now),
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

function trialUntil(trial: Trial, now: number): Trial {
  const { since, shortSince } = trial;
  return {
    ...trial,
    since: Math.min(since, now),
    shortSince: shortSince === null ? null : Math.min(shortSince, now),
  };
}
