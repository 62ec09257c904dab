import type { Judgement, Reading } from '../analysis.ts';
import type { ComparisonRule } from '../metric.ts';
import { canonicalText, type Hash } from './canonical-text.ts';
import { comparePoints } from './compare-points.ts';
import { compareRates } from './compare-rates.ts';
import type { Statistic } from './statistic.ts';

/** Readings of both sides over the same periods, in the order of time. */
export interface Pair {
  readonly candidate: Reading;
  readonly baseline: Reading;
}

/** Compares by what the readings are; null where they are of different kinds, or there is nothing to compare. */
export function compareReadings(rule: ComparisonRule, pairs: readonly Pair[]): Statistic | null {
  const [first] = pairs;
  if (first === undefined) return null;
  const of = <Kind extends Reading['kind']>(kind: Kind) => ({
    candidate: pairs.flatMap(({ candidate }) => (isOf(candidate, kind) ? [candidate] : [])),
    baseline: pairs.flatMap(({ baseline }) => (isOf(baseline, kind) ? [baseline] : [])),
  });
  const { kind } = first.candidate;
  if (pairs.some(({ candidate, baseline }) => candidate.kind !== kind || baseline.kind !== kind)) return null;
  switch (kind) {
    case 'value': {
      const { candidate, baseline } = of('value');
      const valuesOf = (side: readonly { readonly value: number }[]) => side.map((each) => each.value);
      return comparePoints(rule, { candidate: valuesOf(candidate), baseline: valuesOf(baseline) });
    }
    case 'rate':
      return compareRates(rule, { method: 'binomial', ...of('rate') });
    case 'count': {
      const { candidate, baseline } = of('count');
      const happeningsOf = (side: readonly { readonly events: number; readonly exposure: number }[]) =>
        side.map(({ events, exposure }) => ({ events, of: exposure }));
      return compareRates(rule, {
        method: 'poisson',
        candidate: happeningsOf(candidate),
        baseline: happeningsOf(baseline),
      });
    }
    case 'no-data':
    case 'error':
      return null;
  }
}

function isOf<Kind extends Reading['kind']>(reading: Reading, kind: Kind): reading is Extract<Reading, { kind: Kind }> {
  return reading.kind === kind;
}

/** The share of cases in which an interval of this confidence lies wholly on one side of the truth. */
export function oneSided(rule: ComparisonRule): number {
  return (1 - rule.confidence) / 2;
}

/** Says what a comparison shows; only a look that `decides` may find anything but what is worse. */
export function judgeLook(input: {
  readonly rule: ComparisonRule;
  readonly pairs: readonly Pair[];
  readonly statistic: Statistic;
  readonly look: number;
  readonly last: boolean;
  readonly decides: boolean;
  readonly level: number;
  readonly hash: Hash;
}): Judgement {
  const { rule, pairs, statistic, look, last, level } = input;
  const judged = {
    look,
    last,
    method: statistic.method,
    samples: pairs.length,
    baseline: statistic.baseline,
    difference: statistic.difference,
    lower: statistic.lowerBound(rule.worse === 'lower' ? oneSided(rule) : level),
    upper: statistic.upperBound(rule.worse === 'lower' ? level : oneSided(rule)),
    allowedFrom: statistic.allowedFrom,
    allowedTo: statistic.allowedTo,
    inflation: statistic.inflation,
    probability: statistic.notWorse,
    level,
    finding: findingOf(input),
  };
  return { ...judged, hash: input.hash(canonicalText({ rule, pairs, ...judged })) };
}

function findingOf(input: {
  readonly rule: ComparisonRule;
  readonly statistic: Statistic;
  readonly level: number;
  readonly decides: boolean;
}): Judgement['finding'] {
  const { rule, statistic, level, decides } = input;
  if (statistic.notWorse <= level) return 'worse';
  if (!decides) return 'unclear';
  if (statistic.notWithin <= oneSided(rule)) return 'within';
  return statistic.notChanged <= oneSided(rule) ? 'suspect' : 'unclear';
}
