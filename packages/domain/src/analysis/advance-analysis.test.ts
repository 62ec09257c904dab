import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceAnalysis } from './advance-analysis.ts';
import type { Analysis, Measurement, Reading, Verdict } from './analysis.ts';
import {
  aComparison,
  aMetric,
  aSpec,
  aThreshold,
  bad,
  broken,
  good,
  hashForTests,
  measure,
  middling,
  nothing,
  runAnalysis,
  value,
} from './analysis-for-tests.ts';
import { worstOf } from './assess-metric.ts';
import type { AnalysisSpec, MetricSpec } from './metric.ts';
import { startAnalysis } from './start-analysis.ts';

/** The verdict on readings in their order; the last one is repeated. */
function verdictOn(metric: Partial<MetricSpec>, ...readings: readonly Reading[]): Verdict | null {
  let given = 0;
  const provide = () => {
    const candidate = readings[Math.min(given, readings.length - 1)] ?? nothing;
    given += 1;
    return { candidate };
  };
  return runAnalysis({ spec: aSpec(aMetric(metric)), provide, waits: 100 }).verdict;
}

const repeat = (reading: Reading, times: number) => new Array<Reading>(times).fill(reading);

describe('a metric with thresholds', () => {
  it.each<[string, Partial<MetricSpec>, readonly Reading[], Verdict | null]>([
    ['successes until the count is reached', {}, [good], 'pass'],
    ['one failure where none is allowed', {}, [good, bad], 'fail'],
    ['as many failures as are allowed', { rule: aThreshold({ failures: 2 }) }, [bad, bad, good], 'pass'],
    ['one failure more than is allowed', { rule: aThreshold({ failures: 2 }) }, [bad, bad, good, bad], 'fail'],
    ['one that is neither, where none is allowed', {}, [good, middling], 'marginal'],
    ['as many that are neither as are allowed', { rule: aThreshold({ marginals: 1 }) }, [middling, good], 'pass'],
    ['more errors in a row than are allowed', {}, [broken], 'error'],
    ['as many errors in a row as are allowed', {}, [...repeat(broken, 4), good], 'pass'],
    ['errors that others interrupt', {}, [...repeat(broken, 4), good, ...repeat(broken, 4), good], 'pass'],
    ['an error that none is allowed of', { errorsInRow: 0 }, [good, broken], 'error'],
    ['enough successes in a row', { count: null, rule: aThreshold({ successesInRow: 3 }) }, [good], 'pass'],
    [
      'no number of measurements and nothing that ends it',
      { count: null, rule: aThreshold({ failures: 5 }) },
      [good],
      null,
    ],
    [
      'never enough successes in a row, where that alone decides',
      { rule: aThreshold({ failures: null, successesInRow: 3 }) },
      [good, good, bad, good, good, bad, good, good, bad, good],
      'fail',
    ],
    [
      'never enough successes in a row, but few failures',
      { rule: aThreshold({ failures: 5, successesInRow: 3 }) },
      [good, good, bad, good, good, bad, good, good, bad, good],
      'marginal',
    ],
    [
      'too many failures where any number may fail',
      { rule: aThreshold({ failures: null, successesInRow: 3 }) },
      [bad, bad, bad, bad, good],
      'pass',
    ],
    ['no data', {}, [nothing], 'insufficient-data'],
    ['no data at first, and time for more', { extension: 3 }, [nothing, nothing, good], 'pass'],
    ['less data than is needed', { extension: 3 }, [...repeat(nothing, 4), good], 'insufficient-data'],
    ['less data than all, but enough', { minSamples: 5 }, [...repeat(nothing, 5), good], 'pass'],
    ['a failure in what would be too little data', {}, [...repeat(nothing, 9), bad], 'fail'],
  ])('with %s comes to %4$s', (_, metric, readings, expected) => {
    expect(verdictOn(metric, ...readings)).toBe(expected);
  });

  it('that exceeds several limits at once has the worst verdict, in whatever order they came', () => {
    const metric = aMetric({ rule: aThreshold({ failures: 1, marginals: 1 }), errorsInRow: 0 });
    const spec = aSpec(metric);
    const readings = [bad, bad, middling, middling, broken];
    const measurements = readings.map((candidate, index): Measurement => {
      return { metric: 'metric', number: index + 1, from: 0, until: 1, candidate, baseline: null };
    });

    const { verdict } = advanceAnalysis({
      analysis: startAnalysis({ spec, now: 0, share: null }),
      spec,
      measurements,
      now: 1,
      ending: false,
      hash: hashForTests,
    });

    expect(verdict).toBe('fail');
  });

  it('is tried again ten seconds after an error, whatever its interval is', () => {
    const due: number[] = [];
    runAnalysis({
      spec: aSpec(aMetric({ interval: 600, errorsInRow: 1 })),
      provide: () => ({ candidate: broken }),
      watch: ({ wakeAt }, now) => due.push((wakeAt ?? now) - now),
    });

    expect(due).toContain(600_000);
    expect(due).toContain(10_000);
  });

  it('has a period that grows until there are enough requests', () => {
    const periods: number[] = [];
    const { verdict } = runAnalysis({
      spec: aSpec(aMetric({ count: 6, minSamples: 3, minRequests: 100 })),
      provide: ({ from, until }) => {
        periods.push((until - from) / 1000);
        return { candidate: { kind: 'rate', events: 0, of: ((until - from) / 1000) * 5 } };
      },
    });

    expect(periods).toEqual([10, 20, 10, 20, 10, 20]);
    expect(verdict).toBe('pass');
  });

  it('does not catch up with what was missed', () => {
    const spec = aSpec(aMetric());
    const analysis = startAnalysis({ spec, now: 0, share: null });

    const late = advanceAnalysis({
      analysis,
      spec,
      measurements: [],
      now: 3_600_000,
      ending: false,
      hash: hashForTests,
    });

    expect(late.wanted).toMatchObject([{ number: 1, from: 3_590_000, until: 3_600_000 }]);
  });

  it.each<[string, readonly Reading[], Verdict]>([
    ['nothing was measured', [], 'insufficient-data'],
    ['nothing brought data', [nothing, broken], 'insufficient-data'],
    ['all was well so far', [good, good], 'pass'],
  ])('without a number of measurements comes to a verdict when it is ended: %s, %3$s', (_, readings, expected) => {
    const spec = aSpec(aMetric({ count: null }));
    const measurements = readings.map((candidate, index): Measurement => {
      return { metric: 'metric', number: index + 1, from: 0, until: 1, candidate, baseline: null };
    });
    const analysis = startAnalysis({ spec, now: 0, share: null });

    expect(advanceAnalysis({ analysis, spec, measurements, now: 1, ending: true, hash: hashForTests }).verdict).toBe(
      expected,
    );
  });

  it('that is ended before its number was reached has less data than it needs', () => {
    const spec = aSpec(aMetric());
    const measurements: Measurement[] = [
      { metric: 'metric', number: 1, from: 0, until: 1, candidate: good, baseline: null },
    ];
    const analysis = startAnalysis({ spec, now: 0, share: null });

    expect(advanceAnalysis({ analysis, spec, measurements, now: 1, ending: true, hash: hashForTests }).verdict).toBe(
      'insufficient-data',
    );
  });
});

describe('several metrics', () => {
  const named = (name: string, given: Partial<MetricSpec> = {}) => aMetric({ name, ...given });
  const by = (readings: Readonly<Record<string, Reading>>) => (wanted: { readonly metric: string }) => ({
    candidate: readings[wanted.metric] ?? nothing,
  });

  it('are all heard before less than a failure is concluded', () => {
    const spec = aSpec(named('quick', { count: 1 }), named('slow', { count: 20, rule: aThreshold({ failures: 9 }) }));

    const { verdict, analysis } = runAnalysis({ spec, provide: by({ quick: middling, slow: bad }) });

    expect(verdict).toBe('fail');
    expect(analysis.verdicts.map((each) => [each.metric, each.verdict])).toEqual([
      ['quick', 'marginal'],
      ['slow', 'fail'],
      [null, 'fail'],
    ]);
  });

  it('let whoever waits know the worst so far', () => {
    const seen = new Set<Verdict | null>();
    runAnalysis({
      spec: aSpec(named('quick', { count: 1 }), named('slow')),
      provide: by({ quick: middling, slow: good }),
      watch: ({ worst, verdict }) => seen.add(verdict === null ? worst : null),
    });

    expect([...seen]).toEqual([null, 'marginal']);
  });

  it('hold the rollout where one fails that is not critical', () => {
    const spec = aSpec(named('sidelight', { critical: false }), named('main'));

    const { verdict, analysis } = runAnalysis({ spec, provide: by({ sidelight: bad, main: good }) });

    expect(verdict).toBe('marginal');
    expect(analysis.verdicts.find((each) => each.metric === 'sidelight')?.verdict).toBe('fail');
  });
});

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

const readingDrawn = fc.oneof(
  fc.constantFrom(good, bad, middling, nothing, broken),
  fc.record({ kind: fc.constant('rate' as const), events: fc.nat(3), of: fc.integer({ min: 3, max: 50 }) }),
  fc.record({
    kind: fc.constant('value' as const),
    value: fc.integer({ min: 0, max: 4 }),
    requests: fc.constant(null),
  }),
);
const ruleDrawn = fc.oneof(
  fc.record({
    kind: fc.constant('threshold' as const),
    success: fc.constant({ below: 1 }),
    failure: fc.constantFrom(null, { above: 2 }),
    failures: fc.nat(3),
    marginals: fc.nat(3),
    successesInRow: fc.constantFrom(null, 3),
  }),
  fc.record({
    kind: fc.constant('comparison' as const),
    worse: fc.constantFrom('higher' as const, 'lower' as const, 'either' as const),
    allowed: fc.constantFrom(0.1, 1),
    goodEnough: fc.constant(null),
    confidence: fc.constant(0.98),
  }),
);
const metricDrawn = fc.record({
  rule: ruleDrawn,
  count: fc.integer({ min: 1, max: 12 }),
  extension: fc.nat(4),
  minSamples: fc.constantFrom(null, 1),
  errorsInRow: fc.nat(4),
  critical: fc.boolean(),
  /** What the provider gives of the metric, over and over. */
  readings: fc.array(fc.tuple(readingDrawn, readingDrawn), { minLength: 1, maxLength: 6 }),
});
type MetricDrawn = typeof metricDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function makeWorld(drawn: readonly MetricDrawn[]) {
  const metrics = drawn.map(({ readings: _, ...each }, index) => aMetric({ name: `m${index}`, ...each }));
  const provide = ({ metric, number }: { readonly metric: string; readonly number: number }) => {
    const { readings = [] } = drawn[Number(metric.slice(1))] ?? {};
    const [candidate, baseline] = readings[Math.abs(number) % readings.length] ?? [nothing, nothing];
    return { candidate, baseline };
  };
  return { spec: { ...aSpec(...metrics), looks: 3 }, provide };
}

const worldDrawn = fc.array(metricDrawn, { minLength: 1, maxLength: 4 });

describe('any analysis', () => {
  it('comes to a verdict that is the worst of its metrics, and never from missing data to a pass', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(worldDrawn, (drawn) => {
        const { spec, provide } = makeWorld(drawn);

        const { analysis, verdict } = runAnalysis({ spec, provide });

        expect(verdict).not.toBeNull();
        ends.set(verdict ?? '', (ends.get(verdict ?? '') ?? 0) + 1);
        const each = analysis.verdicts.filter(({ metric }) => metric !== null);
        const weighed = each.map(({ metric, verdict: own }) =>
          own === 'fail' && spec.metrics.find(({ name }) => name === metric)?.critical === false ? 'marginal' : own,
        );
        expect(verdict).toBe(worstOf(weighed));
        for (const [index, { readings }] of drawn.entries()) {
          const passed = each.some(({ metric, verdict: own }) => metric === `m${index}` && own === 'pass');
          const empty = readings.every(([candidate]) => candidate.kind === 'no-data' || candidate.kind === 'error');
          expect(passed && empty).toBe(false);
          if (passed) expect(analysis.metrics[index]?.measurements.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
    // A run in which some end never came would prove less than it says.
    expect([...ends.keys()].toSorted()).toEqual(['error', 'fail', 'insufficient-data', 'marginal', 'pass']);
  });

  it('does not pass when what it passed on is taken away', () => {
    fc.assert(
      fc.property(worldDrawn, fc.nat(3), fc.constantFrom(nothing, broken), (drawn, index, instead) => {
        const { spec, provide } = makeWorld(drawn);
        const silent = `m${index % drawn.length}`;

        const { verdict } = runAnalysis({
          spec,
          provide: (wanted) => (wanted.metric === silent ? { candidate: instead } : provide(wanted)),
        });

        expect(verdict).not.toBe('pass');
      }),
    );
  });

  it('does not depend on the order of its metrics', () => {
    fc.assert(
      fc.property(worldDrawn, (drawn) => {
        const { spec, provide } = makeWorld(drawn);

        const found = runAnalysis({ spec, provide });
        const reversed = runAnalysis({ spec: { ...spec, metrics: spec.metrics.toReversed() }, provide });

        expect(reversed.verdict).toBe(found.verdict);
        const named = (analysis: Analysis) =>
          Object.fromEntries(analysis.verdicts.map((each) => [each.metric ?? '', each.verdict]));
        expect(named(reversed.analysis)).toEqual(named(found.analysis));
      }),
    );
  });

  it('only ever adds verdicts, survives being written down, and takes nothing up twice', () => {
    fc.assert(
      fc.property(worldDrawn, (drawn) => {
        const { spec, provide } = makeWorld(drawn);
        const before: Analysis['verdicts'][number][] = [];

        const { analysis, verdict } = runAnalysis({
          spec,
          provide,
          watch: (advanced, now) => {
            expect(advanced.analysis.verdicts.slice(0, before.length)).toEqual(before);
            before.push(...advanced.analysis.verdicts.slice(before.length));
            expect(JSON.parse(JSON.stringify(advanced))).toEqual(advanced);
            const again = advanceAnalysis({
              analysis: advanced.analysis,
              spec,
              measurements: [],
              now,
              ending: false,
              hash: hashForTests,
            });
            expect(again.analysis).toEqual(advanced.analysis);
            expect(again.wanted).toEqual(advanced.wanted);
          },
        });

        const late = spec.metrics.map(({ name, source }) =>
          measure({ metric: name, source, number: 1, from: 0, until: 1, sides: ['candidate'] }, () => ({
            candidate: bad,
          })),
        );
        const after = advanceAnalysis({
          analysis,
          spec,
          measurements: late,
          now: 9e12,
          ending: true,
          hash: hashForTests,
        });
        expect(after).toMatchObject({ analysis, verdict, wanted: [] });
      }),
      { numRuns: 50 },
    );
  });
});
