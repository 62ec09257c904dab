import type { ComparisonRule } from '../metric.ts';
import { binomialTail, poissonTail, whereFalling } from './distributions.ts';
import { allowanceOf, type Statistic, type Tests, testsOf } from './statistic.ts';

/** What happened in one period, and out of how much: trials, or seconds of exposure. */
export interface Happening {
  readonly events: number;
  readonly of: number;
}

/** Both sides in all, after what came in bursts was taken for fewer events. */
interface Sides {
  readonly candidate: Happening;
  readonly baseline: Happening;
  readonly kind: Kind;
}

interface Kind {
  /** P(so many events or more) of the candidate by itself, at a rate. */
  readonly tail: (happening: Happening, rate: number) => number;
  /** A rate at which so few events are out of the question. */
  readonly highest: (happening: Happening) => number;
}

const kinds = {
  binomial: {
    tail: ({ events, of }, rate) => binomialTail({ successes: events, trials: of, probability: rate }),
    highest: () => 1,
  },
  poisson: {
    tail: ({ events, of }, rate) => poissonTail({ events, mean: rate * of }),
    highest: ({ events, of }) => (events + 50 + 20 * Math.sqrt(events)) / of,
  },
} as const satisfies Record<string, Kind>;

/**
 * Compares how often something happens. Given how many events there were in all, the candidate's share of them is binomial
 * whatever the rate is, so the test of a ratio of rates is exact, and for shares of trials on the safe side. Whether the
 * candidate is good enough by itself is tested exactly as well. Events that come in bursts count as fewer.
 * Source: J. Przyborowski, H. Wilenski, Homogeneity of results in testing samples from Poisson series (1940).
 */
export function compareRates(
  rule: ComparisonRule,
  input: {
    readonly method: 'binomial' | 'poisson';
    readonly candidate: readonly Happening[];
    readonly baseline: readonly Happening[];
  },
): Statistic {
  const inflation = inflationByBursts(input.candidate, input.baseline);
  const sides: Sides = {
    candidate: inAll(input.candidate, inflation),
    baseline: inAll(input.baseline, inflation),
    kind: kinds[input.method],
  };
  const baseline = rateOf(sides.baseline);
  return {
    method: input.method,
    baseline,
    difference: rateOf(sides.candidate) - baseline,
    inflation,
    ...allowanceOf(rule, baseline),
    ...testsOf(rule.worse, { higher: () => testHigher(rule, sides), lower: () => testLower(rule, sides) }),
    lowerBound: (share) => differenceWhere(sides, { orMore: true, share }),
    upperBound: (share) => differenceWhere(sides, { orMore: false, share }),
  };
}

/** Worse: beyond the multiple that is allowed, and not good enough by itself. Within: either is shown not to be so. */
function testHigher(rule: ComparisonRule, sides: Sides): Tests {
  const most = 1 + rule.allowed;
  return withGoodEnough(
    { notWorse: ofAll(sides, most).orMore, notWithin: ofAll(sides, most).orLess, notChanged: ofAll(sides, 1).orMore },
    rule.goodEnough === null
      ? null
      : { notWorse: alone(sides, rule.goodEnough).orMore, notWithin: alone(sides, rule.goodEnough).orLess },
  );
}

function testLower(rule: ComparisonRule, sides: Sides): Tests {
  const least = Math.max(0, 1 - rule.allowed);
  return withGoodEnough(
    { notWorse: ofAll(sides, least).orLess, notWithin: ofAll(sides, least).orMore, notChanged: ofAll(sides, 1).orLess },
    rule.goodEnough === null
      ? null
      : { notWorse: alone(sides, rule.goodEnough).orLess, notWithin: alone(sides, rule.goodEnough).orMore },
  );
}

/** One of two ways is enough to be within, so each gets half of the allowance; both have to be shown to be worse. */
function withGoodEnough(compared: Tests, byItself: Omit<Tests, 'notChanged'> | null): Tests {
  if (byItself === null) return compared;
  return {
    notWorse: Math.max(compared.notWorse, byItself.notWorse),
    notWithin: Math.min(1, 2 * Math.min(compared.notWithin, byItself.notWithin)),
    notChanged: compared.notChanged,
  };
}

/** Probabilities of so many events or more, and of so many or less. */
interface Chances {
  readonly orMore: number;
  readonly orLess: number;
}

/** Of the candidate's share of all events, when its rate is a multiple of the baseline's. */
function ofAll({ candidate, baseline }: Sides, multiple: number): Chances {
  const trials = candidate.events + baseline.events;
  const probability = (multiple * candidate.of) / (multiple * candidate.of + baseline.of);
  return {
    orMore: binomialTail({ successes: candidate.events, trials, probability }),
    orLess: 1 - binomialTail({ successes: candidate.events + 1, trials, probability }),
  };
}

/** Of the candidate's events, at a rate. */
function alone({ candidate, kind }: Sides, rate: number): Chances {
  return {
    orMore: kind.tail(candidate, rate),
    orLess: 1 - kind.tail({ ...candidate, events: candidate.events + 1 }, rate),
  };
}

/**
 * The difference at which so many events, or so many or less, have a share of the chances. A baseline without events has no
 * multiples: the difference is the candidate's own rate then.
 */
function differenceWhere(
  sides: Sides,
  { orMore, share }: { readonly orMore: boolean; readonly share: number },
): number | null {
  const { candidate, baseline, kind } = sides;
  if (candidate.of === 0 || baseline.of === 0) return null;
  const rateWhere = (chances: (rate: number) => Chances, highest: number) =>
    whereFalling((rate) => (orMore ? 1 - chances(rate).orMore : chances(rate).orLess), {
      value: orMore ? 1 - share : share,
      from: 0,
      to: highest,
    });
  if (baseline.events === 0) return rateWhere((rate) => alone(sides, rate), kind.highest(candidate));
  // By halving the candidate's share of the events, which lies between 0 and 1, where its multiple has no end.
  const multipleAt = (part: number) => (part / (1 - part)) * (baseline.of / candidate.of);
  const part = rateWhere((each) => ofAll(sides, multipleAt(each)), 1);
  return (multipleAt(part) - 1) * rateOf(baseline);
}

function rateOf({ events, of }: Happening): number {
  return of === 0 ? 0 : events / of;
}

function inAll(periods: readonly Happening[], inflation: number): Happening {
  return {
    events: periods.reduce((sum, each) => sum + each.events, 0) / inflation,
    of: periods.reduce((sum, each) => sum + each.of, 0) / inflation,
  };
}

/**
 * By how much more the numbers of events vary from period to period than independent events would: the mean of Pearson's
 * squared residuals around the rate of their side, at least 1.
 * Source: P. McCullagh, J. Nelder, Generalized Linear Models (1989), 4.5.
 */
function inflationByBursts(...series: readonly (readonly Happening[])[]): number {
  let residuals = 0;
  let freedom = 0;
  for (const periods of series) {
    const rate = rateOf(inAll(periods, 1));
    if (rate === 0) continue;
    const used = periods.filter((each) => each.of > 0);
    residuals += used.reduce((sum, { events, of }) => sum + (events - rate * of) ** 2 / (rate * of), 0);
    freedom += used.length - 1;
  }
  return freedom <= 0 ? 1 : Math.max(1, residuals / freedom);
}
