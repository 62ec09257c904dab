import type { ComparisonRule } from '../metric.ts';
import { type Differences, differencesOf } from './differences.ts';
import { normalTail, normalTailQuantile } from './distributions.ts';
import { inflationOf, median } from './points.ts';
import { allowanceOf, type Statistic, testsOf } from './statistic.ts';

/**
 * Compares the places of two samples by the differences of all pairs: the Hodges-Lehmann estimate is their median, and the
 * interval of Moses lies between two of them, exactly, with the normal approximation for which two. Its variance is
 * widened by what points in time tell of each other, which the rank sum test takes for independent.
 * Source: M. Hollander, D. Wolfe, Nonparametric Statistical Methods (1973), 4.2 and 4.3.
 */
export function comparePoints(
  rule: ComparisonRule,
  { candidate, baseline }: { readonly candidate: readonly number[]; readonly baseline: readonly number[] },
): Statistic {
  const level = median(baseline);
  const allowance = allowanceOf(rule, level);
  const { allowedFrom, allowedTo } = allowance;
  const inflation = inflationOf(candidate, baseline);
  const differences = differencesOf(candidate, baseline);
  const deviation = deviationOf({ candidate: candidate.length, baseline: baseline.length, inflation });
  /** How likely it is that so few differences lie on one side of what is the middle of their distribution. */
  const chance = (few: number) => normalTail((differences.count / 2 - 0.5 - few) / deviation);
  return {
    method: 'shift',
    baseline: level,
    difference: middleOf(differences),
    inflation,
    ...allowance,
    ...testsOf(rule.worse, {
      higher: () => ({
        notWorse: chance(differences.atMost(allowedTo ?? 0)),
        notWithin: chance(differences.count - differences.atMost(allowedTo ?? 0)),
        notChanged: chance(differences.atMost(0)),
      }),
      lower: () => ({
        notWorse: chance(differences.atLeast(allowedFrom ?? 0)),
        notWithin: chance(differences.count - differences.atLeast(allowedFrom ?? 0)),
        notChanged: chance(differences.atLeast(0)),
      }),
    }),
    lowerBound: (share) => {
      const place = boundPlace({ count: differences.count, deviation, share });
      return place < 0 ? null : differences.at(place);
    },
    upperBound: (share) => {
      const place = boundPlace({ count: differences.count, deviation, share });
      return place < 0 ? null : differences.at(differences.count - 1 - place);
    },
  };
}

/** How far the place of the lower bound in the order of the differences is from the beginning; below 0 there is none. */
export function boundPlace(input: {
  readonly count: number;
  readonly deviation: number;
  readonly share: number;
}): number {
  return Math.floor(input.count / 2 - 0.5 - normalTailQuantile(input.share) * input.deviation);
}

/** Standard deviation of the number of differences below their middle. */
export function deviationOf(input: {
  readonly candidate: number;
  readonly baseline: number;
  readonly inflation: number;
}): number {
  const { candidate: m, baseline: n } = input;
  return Math.sqrt(((m * n * (m + n + 1)) / 12) * input.inflation);
}

function middleOf(differences: Differences): number {
  const middle = differences.count / 2;
  const [low, high] = [Math.ceil(middle) - 1, Math.floor(middle)];
  return low === high ? differences.at(low) : (differences.at(low) + differences.at(high)) / 2;
}
