/** Statistics of points in the order of time. */

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Where each value stands in their order, from 1; equal values share the mean of their places. */
function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (const index of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** How much the rank of each point tells of the next one's, from -1 to 1; 0 when the points are all equal. */
function rankAutocorrelation(values: readonly number[]): number {
  const mean = (values.length + 1) / 2;
  const centred = ranksOf(values).map((each) => each - mean);
  const spread = centred.reduce((sum, each) => sum + each * each, 0);
  if (spread === 0) return 0;
  return centred.reduce((sum, each, index) => sum + each * (centred[index - 1] ?? 0), 0) / spread;
}

/** Points that follow each other more closely than this are hardly more than one point. */
const strongest = 0.97;
/** Of the standard normal distribution: nine times in ten the truth is below an estimate and this much of its error. */
const nineInTen = 1.2816;

/**
 * By how much the variance of a mean of such points exceeds that of independent ones: (1+r)/(1-r) for points of which each
 * tells a share r of the next (an autoregressive series of order one). Too small an r is a false alarm, so it is the upper
 * bound that it exceeds once in ten, after the bias of short series was taken out.
 * Source: F. Marriott, J. Pope, Bias in the estimation of autocorrelations (1954); M. Bartlett (1946) for the error.
 */
export function inflationOf(...series: readonly (readonly number[])[]): number {
  const unbiased = series.map((values) => {
    const found = rankAutocorrelation(values);
    return found + (1 + 4 * found) / values.length;
  });
  const share = unbiased.reduce((sum, each) => sum + each, 0) / series.length;
  const points = series.reduce((sum, values) => sum + values.length, 0);
  const error = Math.sqrt(Math.max(0, 1 - share * share) / points);
  const bound = Math.min(strongest, Math.max(0, share + nineInTen * error));
  return (1 + bound) / (1 - bound);
}
