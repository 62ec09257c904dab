import type { Foresight, Reading } from '../analysis.ts';
import type { ComparisonRule } from '../metric.ts';
import { boundPlace, deviationOf } from './compare-points.ts';
import { differencesOf } from './differences.ts';
import { normalTail, normalTailQuantile } from './distributions.ts';
import { inflationOf, median } from './points.ts';
import { allowanceOf } from './statistic.ts';

/** How often a gate has to tell the smallest difference that it is said to tell. */
const power = 0.9;
/** Fewer periods say too little of how a baseline varies. */
const fewestBefore = 12;

interface Question {
  readonly rule: ComparisonRule;
  /** What the baseline was like in periods before. */
  readonly before: readonly Reading[];
  /** How many measurements there will be. */
  readonly count: number;
  /** How unlikely figures have to be at the last look. */
  readonly level: number;
  /** The shares of all requests that either side will have; null when nobody knows. */
  readonly shares: { readonly candidate: number; readonly baseline: number } | null;
}

/** Says what a gate will be able to see, from what the baseline was like before; null when that tells too little. */
export function foresee(question: Question): Foresight | null {
  const values = question.before.flatMap((each) => (each.kind === 'value' ? [each.value] : []));
  if (values.length >= fewestBefore) return foreseePoints(question, values);
  const happenings = question.before.flatMap((each) => {
    if (each.kind === 'rate') return [{ events: each.events, of: each.of }];
    return each.kind === 'count' ? [{ events: each.events, of: each.exposure }] : [];
  });
  return happenings.length >= fewestBefore ? foreseeRates(question, happenings) : null;
}

/** The baseline is judged against itself: how wide the interval is there, it will be then, but for its number of points. */
function foreseePoints(question: Question, values: readonly number[]): Foresight | null {
  const { level, count } = question;
  const baseline = median(values);
  const differences = differencesOf(values, values);
  const deviation = deviationOf({
    candidate: values.length,
    baseline: values.length,
    inflation: inflationOf(values),
  });
  const share = normalTail(normalTailQuantile(level) + normalTailQuantile(1 - power));
  const place = boundPlace({ count: differences.count, deviation, share });
  // Fewer periods than there will be measurements may have no interval where those will have one.
  if (place < 0 && values.length < count) return null;
  const detectable =
    place < 0 ? null : differences.at(differences.count - 1 - place) * Math.sqrt(values.length / count);
  return foresight({ question, baseline, detectable });
}

/**
 * Square roots of numbers of events vary alike whatever their size, so a difference of rates is seen when that of their
 * roots is large enough.
 */
function foreseeRates(
  question: Question,
  periods: readonly { readonly events: number; readonly of: number }[],
): Foresight | null {
  const { level, count, shares, rule } = question;
  if (shares === null || shares.candidate <= 0 || shares.baseline <= 0) return null;
  const of = periods.reduce((sum, each) => sum + each.of, 0);
  const expected = (of * count) / periods.length;
  if (expected <= 0) return null;
  const baseline = periods.reduce((sum, each) => sum + each.events, 0) / of;
  const apart = normalTailQuantile(level) + normalTailQuantile(1 - power);
  const roots = (apart / 2) * Math.sqrt(1 / (expected * shares.candidate) + 1 / (expected * shares.baseline));
  const detectable =
    rule.worse === 'lower'
      ? baseline - Math.max(0, Math.sqrt(baseline) - roots) ** 2
      : (Math.sqrt(baseline) + roots) ** 2 - baseline;
  return foresight({ question, baseline, detectable });
}

function foresight(input: {
  readonly question: Question;
  readonly baseline: number;
  readonly detectable: number | null;
}): Foresight {
  const { question, baseline, detectable } = input;
  const { allowedFrom, allowedTo } = allowanceOf(question.rule, baseline);
  const allowed = Math.min(allowedTo ?? Number.POSITIVE_INFINITY, 0 - (allowedFrom ?? Number.NEGATIVE_INFINITY));
  const sees = detectable !== null && detectable <= allowed;
  const enough = detectable === null || allowed <= 0 ? null : Math.ceil(question.count * (detectable / allowed) ** 2);
  return { baseline, detectable, allowed, sees, enough };
}
