import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComparisonRule } from '../metric.ts';
import { compareRates, type Happening } from './compare-rates.ts';

const rule: ComparisonRule = { kind: 'comparison', worse: 'higher', allowed: 0.2, goodEnough: null, confidence: 0.98 };
const compare = (candidate: Happening, baseline: Happening, given: Partial<ComparisonRule> = {}) =>
  compareRates({ ...rule, ...given }, { method: 'binomial', candidate: [candidate], baseline: [baseline] });

/** P(X ≥ successes) by summing. */
function summed(successes: number, trials: number, probability: number): number {
  let sum = 0;
  let choose = 1;
  for (let k = 0; k <= trials; k += 1) {
    if (k >= successes) sum += choose * probability ** k * (1 - probability) ** (trials - k);
    choose = (choose * (trials - k)) / (k + 1);
  }
  return sum;
}

describe('a test of rates', () => {
  it('is the exact binomial test of the share of all events', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.integer({ min: 21, max: 500 }), (events, others, of) => {
        const found = compare({ events, of: 100 }, { events: others, of });
        const part = (1.2 * 100) / (1.2 * 100 + of);

        expect(found.notWorse).toBeCloseTo(summed(events, events + others, part), 9);
        expect(found.notWithin).toBeCloseTo(1 - summed(events + 1, events + others, part), 9);
      }),
    );
  });

  it.each([
    ['30 errors beside 30 of ten times as many', { events: 30, of: 1000 }, { events: 30, of: 10_000 }, true],
    ['3 errors beside none', { events: 3, of: 100 }, { events: 0, of: 10_000 }, true],
    ['1 error beside none', { events: 1, of: 100 }, { events: 0, of: 100 }, false],
    ['as many errors', { events: 30, of: 1000 }, { events: 30, of: 1000 }, false],
  ])('with %s: worse is %4$s', (_, candidate, baseline, worse) => {
    expect(compare(candidate, baseline).notWorse <= 0.01).toBe(worse);
  });

  it('cannot show that nothing is at most a multiple of nothing, but that it is under a level', () => {
    const [candidate, baseline] = [
      { events: 0, of: 10_000 },
      { events: 0, of: 90_000 },
    ];

    expect(compare(candidate, baseline).notWithin).toBe(1);
    expect(compare(candidate, baseline, { goodEnough: 0.001 }).notWithin).toBeLessThan(0.01);
    expect(compare({ ...candidate, of: 500 }, baseline, { goodEnough: 0.001 }).notWithin).toBeGreaterThan(0.01);
  });

  it('does not call worse what is good enough', () => {
    const [candidate, baseline] = [
      { events: 12, of: 100_000 },
      { events: 0, of: 900_000 },
    ];

    expect(compare(candidate, baseline).notWorse).toBeLessThan(0.01);
    expect(compare(candidate, baseline, { goodEnough: 0.001 }).notWorse).toBeGreaterThan(0.9);
  });

  it('sees that something happens less often, where less is worse', () => {
    const found = compare({ events: 100, of: 1000 }, { events: 2000, of: 10_000 }, { worse: 'lower' });

    expect(found.notWorse).toBeLessThan(0.01);
    expect(
      compare({ events: 200, of: 1000 }, { events: 2000, of: 10_000 }, { worse: 'lower' }).notWorse,
    ).toBeGreaterThan(0.5);
  });

  it('takes events in bursts for fewer: what comes at once happened once', () => {
    const periods = (events: readonly number[]) => events.map((each) => ({ events: each, of: 100 }));
    const smooth = { candidate: periods([5, 6, 5, 4, 5, 5]), baseline: periods([2, 2, 3, 2, 1, 2]) };
    const bursts = { candidate: periods([0, 0, 30, 0, 0, 0]), baseline: periods([0, 12, 0, 0, 0, 0]) };

    const [evenly, atOnce] = [smooth, bursts].map((each) => compareRates(rule, { method: 'poisson', ...each }));

    expect(evenly?.inflation).toBe(1);
    expect(evenly?.notWorse).toBeLessThan(0.05);
    expect(atOnce?.inflation).toBeGreaterThan(10);
    expect(atOnce?.notWorse).toBeGreaterThan(0.3);
  });
});

describe('the interval of a difference of rates', () => {
  it('says what its test says', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 60 }), (events, others) => {
        const found = compare({ events, of: 1000 }, { events: others, of: 3000 });
        const lower = found.lowerBound(0.01) ?? Number.NaN;
        const allowed = found.allowedTo ?? Number.NaN;
        // Where they meet, halving stops a rounding away from the bound.
        fc.pre(Math.abs(lower - allowed) > 1e-9);

        expect(found.notWorse <= 0.01).toBe(lower > allowed);
        expect(lower).toBeLessThanOrEqual(found.difference);
        expect(found.upperBound(0.01)).toBeGreaterThanOrEqual(found.difference);
      }),
    );
  });

  it('is the one of the candidate alone where the baseline has no events: Clopper and Pearson', () => {
    const found = compare({ events: 0, of: 100 }, { events: 0, of: 1000 });

    expect(found.lowerBound(0.025)).toBeCloseTo(0, 12);
    expect(found.upperBound(0.025)).toBeCloseTo(1 - 0.025 ** (1 / 100), 9);
  });

  // The examples of `binom.test` and `poisson.test` in R's manual.
  it.each([
    ['binomial', { events: 682, of: 925 }, { events: 0, of: 1 }, [0.7076683, 0.7654066]],
    ['poisson', { events: 137, of: 24.19893 }, { events: 0, of: 1 }, [4.753125, 6.692709]],
  ] as const)('of a %s rate alone is %4$j', (method, candidate, baseline, expected) => {
    const found = compareRates(rule, { method, candidate: [candidate], baseline: [baseline] });

    expect(found.lowerBound(0.025)).toBeCloseTo(expected[0], 6);
    expect(found.upperBound(0.025)).toBeCloseTo(expected[1], 6);
  });

  it('of two rates has the multiples of the exact test: 0.8584264 to 4.2772659 in the manual of R', () => {
    const [candidate, baseline] = [
      { events: 11, of: 800 },
      { events: 21, of: 3011 },
    ];
    const found = compareRates(rule, { method: 'poisson', candidate: [candidate], baseline: [baseline] });
    const multiple = (difference: number | null) => 1 + (difference ?? Number.NaN) / found.baseline;

    expect(multiple(found.lowerBound(0.025))).toBeCloseTo(0.8584264, 6);
    expect(multiple(found.upperBound(0.025))).toBeCloseTo(4.2772659, 6);
  });
});
