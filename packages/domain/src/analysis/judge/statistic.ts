import type { ComparisonRule } from '../metric.ts';

/** What a comparison found, before anybody decided how sure one has to be. Differences are in the unit of the metric. */
export interface Statistic extends Tests, Allowance {
  readonly method: 'shift' | 'binomial' | 'poisson';
  /** The level of the baseline: a median, or events for each trial or second. */
  readonly baseline: number;
  readonly difference: number;
  /** By how much more the figures vary than independent ones would. */
  readonly inflation: number;
  /** What the difference lies above, or below, but for a share of the cases; null where there is no such bound. */
  readonly lowerBound: (share: number) => number | null;
  readonly upperBound: (share: number) => number | null;
}

/** Probabilities of such figures, or more extreme ones. */
export interface Tests {
  /** When the difference is just what is allowed: small means worse. */
  readonly notWorse: number;
  /** When it is just beyond what is allowed: small means within. */
  readonly notWithin: number;
  /** When there is none: small means that something became worse. */
  readonly notChanged: number;
}

/** Within what the difference has to lie; null where any difference that way is welcome. */
export interface Allowance {
  readonly allowedFrom: number | null;
  readonly allowedTo: number | null;
}

export function allowanceOf(rule: ComparisonRule, baseline: number): Allowance {
  const { worse, goodEnough } = rule;
  const allowed = rule.allowed * Math.abs(baseline);
  const anyway = goodEnough === null ? null : goodEnough - baseline;
  return {
    allowedTo: worse === 'lower' ? null : Math.max(allowed, anyway ?? allowed),
    allowedFrom: worse === 'higher' ? null : Math.min(0 - allowed, anyway ?? 0 - allowed),
  };
}

/** Where either way is worse, one of them is enough to be worse, and both are needed to be within. */
export function testsOf(
  worse: ComparisonRule['worse'],
  tests: { readonly higher: () => Tests; readonly lower: () => Tests },
): Tests {
  if (worse !== 'either') return tests[worse]();
  const [higher, lower] = [tests.higher(), tests.lower()];
  return {
    notWorse: Math.min(higher.notWorse, lower.notWorse),
    notWithin: Math.max(higher.notWithin, lower.notWithin),
    notChanged: Math.min(higher.notChanged, lower.notChanged),
  };
}
