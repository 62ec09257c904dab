/**
 * The rule of the judge that is widely used for canaries, computed anew from its description: an interval of 0.98 for the
 * shift of a Mann-Whitney test, whose ends are searched to an absolute 0.0001, against a quarter of the estimate; and the
 * ratio of the means. Points count as independent, and every look as the only one.
 */
export function referenceRule(candidate: readonly number[], baseline: readonly number[]): 'pass' | 'high' | 'low' {
  const { lower, estimate, upper } = referenceInterval(candidate, baseline);
  const bound = 0.25 * Math.abs(estimate);
  const ratio = mean(candidate) / mean(baseline);
  if (lower > bound && ratio >= 1) return 'high';
  return upper < -bound && ratio <= 1 ? 'low' : 'pass';
}

const quantile = 2.3263478740408408;
const coarse = 1e-4;

export function referenceInterval(
  candidate: readonly number[],
  baseline: readonly number[],
): { readonly lower: number; readonly estimate: number; readonly upper: number } {
  const xs = candidate.toSorted((a, b) => a - b);
  const ys = baseline.toSorted((a, b) => a - b);
  const low = (xs[0] ?? 0) - (ys.at(-1) ?? 0);
  const high = (xs.at(-1) ?? 0) - (ys[0] ?? 0);
  /** Where the score, which falls with the shift, takes a value. */
  const rootOf = (value: number) => {
    let [from, to] = [low, high];
    while (to - from > coarse) {
      const middle = (from + to) / 2;
      if (scoreAt({ xs, ys, shift: middle, correction: Math.sign(value) }) > value) from = middle;
      else to = middle;
    }
    return (from + to) / 2;
  };
  return { lower: rootOf(quantile), estimate: rootOf(0), upper: rootOf(-quantile) };
}

/** The standardised rank sum of the candidate after it was shifted back; half a rank of correction, ties taken into account. */
function scoreAt(input: {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly shift: number;
  readonly correction: number;
}): number {
  const { xs, ys, shift, correction } = input;
  const [m, n] = [xs.length, ys.length];
  let above = 0;
  let tied = 0;
  let [below, upTo] = [0, 0];
  for (const x of xs) {
    const shifted = x - shift;
    while (below < n && (ys[below] ?? 0) < shifted) below += 1;
    upTo = Math.max(upTo, below);
    while (upTo < n && (ys[upTo] ?? 0) <= shifted) upTo += 1;
    above += below;
    tied += upTo - below;
  }
  const deviation = Math.sqrt(((m * n) / 12) * (m + n + 1));
  return (above + tied / 2 - (m * n) / 2 - 0.5 * correction) / deviation;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
