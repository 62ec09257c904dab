/** Numbers between 0 and 1 that are the same in each run. Source: T. Farley, mulberry32 (public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Of the standard normal distribution. Source: G. Box, M. Muller, A note on the generation of random normal deviates (1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Latencies around 100 as they are measured one after the other: log-normal, each telling a share of the next. */
export function latencies(input: {
  readonly random: () => number;
  readonly count: number;
  /** The autoregressive coefficient, from 0 to below 1. */
  readonly correlation: number;
  /** 1.2 for a version that is slower by a fifth. */
  readonly times: number;
}): readonly number[] {
  const { random, count, correlation, times } = input;
  const spread = 0.3;
  let state = normal(random);
  return Array.from({ length: count }, () => {
    state = correlation * state + Math.sqrt(1 - correlation * correlation) * normal(random);
    return 100 * times * Math.exp(spread * state);
  });
}

/** How many of a number of requests failed, period by period; errors may come in bursts of a size. */
export function failures(input: {
  readonly random: () => number;
  readonly count: number;
  readonly requests: number;
  readonly share: number;
  readonly burst: number;
}): readonly number[] {
  const { random, count, requests, share, burst } = input;
  return Array.from({ length: count }, () => {
    let events = 0;
    for (let trial = 0; trial < requests / burst; trial += 1) if (random() < share) events += burst;
    return events;
  });
}
