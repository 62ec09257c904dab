import { describe, expect, it } from 'vitest';
import type { Reading, Verdict } from './analysis.ts';
import { aComparison, aMetric, good, nothing, runAnalysis, value } from './analysis-for-tests.ts';
import type { AnalysisSpec, MetricSpec } from './metric.ts';

describe('a comparison', () => {
  /** Around 100, in an order in which none tells of the next. */
  const steady = (number: number) => 95 + ((((number * 37) % 11) + 11) % 11);
  const comparing = (given: Partial<MetricSpec> = {}, looks = 1): AnalysisSpec => ({
    metrics: [aMetric({ rule: aComparison({ allowed: 0.2 }), count: 60, ...given })],
    baseline: 'stable',
    looks,
  });

  it.each<[number, Verdict]>([
    [1, 'pass'],
    [0.5, 'pass'],
    [1.1, 'pass'],
    [1.2, 'marginal'],
    [1.4, 'fail'],
  ])('of %d times the baseline comes to %s', (times, expected) => {
    const { verdict, analysis } = runAnalysis({
      spec: comparing(),
      provide: ({ number }) => ({ candidate: value(times * steady(number + 7)), baseline: value(steady(number)) }),
    });

    expect(verdict).toBe(expected);
    expect(analysis.metrics[0]?.judgements).toHaveLength(1);
  });

  it('finds what is much worse at an early look, and nothing else there', () => {
    const [early, late] = [2, 1].map(
      (times) =>
        runAnalysis({
          spec: comparing({}, 5),
          provide: ({ number }) => ({ candidate: value(times * steady(number + 7)), baseline: value(steady(number)) }),
        }).analysis,
    );

    expect(early?.metrics[0]?.judgements.map((each) => each.samples)).toEqual([12, 24]);
    expect(early?.verdicts.at(-1)?.verdict).toBe('fail');
    const levels = late?.metrics[0]?.judgements.map((each) => each.level) ?? [];
    expect(levels.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0.01, 12);
    expect(late?.metrics[0]?.judgements.map((each) => [each.samples, each.finding])).toEqual([
      [12, 'unclear'],
      [24, 'unclear'],
      [36, 'unclear'],
      [48, 'unclear'],
      [60, 'within'],
    ]);
  });

  it('is refused at once when it cannot see what it promises, and says what would do', () => {
    const { verdict, analysis } = runAnalysis({
      spec: comparing({ rule: aComparison({ allowed: 0.001 }) }),
      provide: ({ number }) => ({ candidate: value(steady(number)), baseline: value(steady(number)) }),
    });

    expect(verdict).toBe('insufficient-data');
    expect(analysis.metrics[0]?.next).toBe(1);
    expect(analysis.verdicts[0]?.reason).toMatch(/cannot be told from none.*measurements would do/);
  });

  it('without data on one side has none', () => {
    for (const sides of [
      { candidate: nothing, baseline: good },
      { candidate: good, baseline: nothing },
    ])
      expect(runAnalysis({ spec: comparing(), provide: () => sides }).verdict).toBe('insufficient-data');
  });

  it('finds a failure in what is too little for anything else', () => {
    const spec = comparing({ minSamples: 60 });
    const half = (times: number) =>
      runAnalysis({
        spec,
        provide: ({ number }) => ({
          candidate: number % 2 === 0 ? nothing : value(times * steady(number)),
          baseline: value(steady(number + 5)),
        }),
      }).verdict;

    expect(half(2)).toBe('fail');
    expect(half(1)).toBe('insufficient-data');
  });

  it('waits for requests on both sides', () => {
    const rates = (of: number) =>
      runAnalysis({
        spec: comparing({ rule: aComparison({ goodEnough: 0.2 }), minRequests: 1200 }),
        provide: () => ({ candidate: { kind: 'rate', events: 0, of }, baseline: { kind: 'rate', events: 0, of: 500 } }),
      }).verdict;

    expect(rates(20)).toBe('pass');
    expect(rates(19)).toBe('insufficient-data');
  });

  it('of readings of different kinds is an error', () => {
    const mixed = runAnalysis({
      spec: comparing(),
      provide: () => ({ candidate: value(1), baseline: { kind: 'rate', events: 1, of: 2 } }),
    });
    const changing = runAnalysis({
      spec: comparing(),
      provide: ({ number }) => {
        const reading: Reading = number % 2 === 0 ? value(1) : { kind: 'rate', events: 1, of: 2 };
        return { candidate: reading, baseline: reading };
      },
    });

    expect([mixed.verdict, changing.verdict]).toEqual(['error', 'error']);
  });

  it('is one of a family: what one metric may use of the false alarms, others may not', () => {
    const level = (metrics: number) => {
      const [first] = comparing().metrics;
      if (first === undefined) throw new Error('there is a metric');
      const { analysis } = runAnalysis({
        spec: {
          ...comparing(),
          metrics: Array.from({ length: metrics }, (_, index) => ({ ...first, name: `m${index}` })),
        },
        provide: ({ number }) => ({ candidate: value(steady(number + 7)), baseline: value(steady(number)) }),
      });
      return analysis.metrics.map((each) => each.judgements[0]?.level);
    };

    expect(level(1)).toEqual([expect.closeTo(0.01, 9)]);
    expect(level(4)).toEqual(new Array(4).fill(expect.closeTo(0.0025, 9)));
  });

  it('lets further metrics of a family fail more easily once one has failed', () => {
    const [first] = comparing({ critical: false }).metrics;
    if (first === undefined) throw new Error('there is a metric');
    const { analysis } = runAnalysis({
      spec: { ...comparing(), metrics: ['worst', 'worse', 'well'].map((name) => ({ ...first, name })) },
      provide: ({ metric, number }) => {
        const times = metric === 'worst' ? 3 : metric === 'worse' ? 2 : 1;
        return { candidate: value(times * (steady(number + 7) + number / 100)), baseline: value(steady(number)) };
      },
    });

    const levels = analysis.metrics.map((each) => each.judgements[0]?.level ?? 0);
    expect(levels.toSorted((a, b) => a - b)).toEqual([
      expect.closeTo(0.01 / 3, 9),
      expect.closeTo(0.01 / 2, 9),
      expect.closeTo(0.01, 9),
    ]);
    expect(levels[2]).toBeCloseTo(0.01, 9);
  });

  it('has the same hash for the same figures, and another for others', () => {
    const hashOf = (shift: number) =>
      runAnalysis({
        spec: comparing(),
        provide: ({ number }) => ({ candidate: value(steady(number) + shift), baseline: value(steady(number)) }),
      }).analysis.metrics[0]?.judgements[0]?.hash;

    expect(hashOf(0)).toBe(hashOf(0));
    expect(hashOf(0)).not.toBe(hashOf(1e-6));
  });
});
