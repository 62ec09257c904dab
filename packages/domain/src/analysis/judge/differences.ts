/** All differences between the values of two samples, in order, without writing them down: there are m times n of them. */
export interface Differences {
  readonly count: number;
  /** How many are at most `bound`. */
  readonly atMost: (bound: number) => number;
  /** How many are at least `bound`. */
  readonly atLeast: (bound: number) => number;
  /** The one at a place in the order, which counts from 0. */
  readonly at: (place: number) => number;
}

/** What is left of the range after so many is smaller than the rounding of its ends. */
const halvings = 64;

/**
 * Differences `left - right` of every pair. A place is found by halving the range of values and counting what lies below,
 * which takes m + n steps each time: the values of sorted samples form a matrix that is sorted both ways (D. Johnson and
 * T. Mizoguchi, Selecting the kth element in X + Y, 1978).
 */
export function differencesOf(left: readonly number[], right: readonly number[]): Differences {
  const xs = Float64Array.from(left).sort();
  const ys = Float64Array.from(right).sort();
  const count = xs.length * ys.length;
  /** How many differences satisfy `below`, which holds for all up to some value and for none above. */
  const counted = (below: (difference: number) => boolean): number => {
    let total = 0;
    let first = 0;
    for (const x of xs) {
      while (first < ys.length && !below(x - (ys[first] ?? 0))) first += 1;
      total += ys.length - first;
    }
    return total;
  };
  const atMost = (bound: number) => counted((difference) => difference <= bound);
  /** The greatest difference that is at most `bound`. */
  const nearest = (bound: number): number => {
    let best = Number.NEGATIVE_INFINITY;
    let first = 0;
    for (const x of xs) {
      while (first < ys.length && x - (ys[first] ?? 0) > bound) first += 1;
      if (first < ys.length) best = Math.max(best, x - (ys[first] ?? 0));
    }
    return best;
  };
  return {
    count,
    atMost,
    atLeast: (bound) => count - counted((difference) => difference < bound),
    at: (place) => {
      let low = (xs[0] ?? 0) - (ys.at(-1) ?? 0);
      let high = (xs.at(-1) ?? 0) - (ys[0] ?? 0);
      if (atMost(low) > place) return low;
      for (let step = 0; step < halvings; step += 1) {
        const middle = low + (high - low) / 2;
        if (atMost(middle) > place) high = middle;
        else low = middle;
      }
      return nearest(high);
    },
  };
}
