import { setTimeout as pause } from 'node:timers/promises';

/** So much may pass at once after a rest, in seconds of the limit: enough to keep a link busy, too little to fill it. */
const burstSeconds = 0.25;
/** One piece takes so long at most, so that a limit that is raised or taken away is felt soon. */
const longestPauseMs = 1000;

/** What all downloads of one site may take of its link together. */
export interface Bandwidth {
  /**
   * Waits until so many bytes may pass; at once where there is no limit.
   *
   * @throws when the signal is aborted while it waits
   */
  readonly take: (bytes: number, signal: AbortSignal) => Promise<void>;
}

/**
 * A token bucket: tokens come at the rate of the limit, up to a burst, and each byte takes one. Whoever takes more than
 * there are leaves a debt and waits until it is paid, so that several downloads share the limit without a queue.
 *
 * @param limit bytes a second; undefined for none. It is asked each time, and may change while something waits.
 */
export function createBandwidth(
  limit: () => number | undefined,
  clock: { readonly now: () => number; readonly pause: (ms: number, signal: AbortSignal) => Promise<void> } = realTime,
): Bandwidth {
  let tokens = 0;
  let filledAt = clock.now();
  const fill = (rate: number) => {
    const now = clock.now();
    tokens = Math.min(rate * burstSeconds, tokens + ((now - filledAt) / 1000) * rate);
    filledAt = now;
  };
  return {
    take: async (bytes, signal) => {
      const first = limit();
      if (first === undefined) return;
      fill(first);
      tokens -= bytes;
      for (let rate = limit(); tokens < 0; rate = limit()) {
        if (rate === undefined) {
          tokens = 0;
          return;
        }
        await clock.pause(Math.min(longestPauseMs, Math.ceil((-tokens / rate) * 1000)), signal);
        fill(rate);
      }
    },
  };
}

/** Durations by a clock that nobody sets. */
const realTime = {
  now: () => performance.now(),
  pause: async (ms: number, signal: AbortSignal) => {
    await pause(ms, undefined, { signal });
  },
};

/** The smaller of two limits, either of which may be absent. */
export function lesserLimit(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : Math.min(one, other);
}
