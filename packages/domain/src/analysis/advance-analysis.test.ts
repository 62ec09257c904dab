import { describe, expect, it } from 'vitest';
import { advanceAnalysis } from './advance-analysis.ts';
import type { Analysis, Measurement, Reading, Verdict } from './analysis.ts';
import {
  aMetric,
  aSpec,
  aThreshold,
  bad,
  broken,
  good,
  hashForTests,
  middling,
  nothing,
  runAnalysis,
} from './analysis-for-tests.ts';
import type { MetricSpec } from './metric.ts';
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

  it('takes up only the measurement that it waits for, and once', () => {
    const spec = aSpec(aMetric({ rule: aThreshold({ failures: 1 }) }));
    const numbered = (number: number): Measurement => {
      return { metric: 'metric', number, from: 0, until: 1, candidate: bad, baseline: null };
    };

    const { analysis, verdict } = advanceAnalysis({
      analysis: startAnalysis({ spec, now: 0, share: null }),
      spec,
      measurements: [numbered(1), numbered(1), numbered(3), { ...numbered(2), metric: 'other' }],
      now: 1,
      ending: false,
      hash: hashForTests,
    });

    expect(analysis.metrics[0]).toMatchObject({ failures: 1, next: 2 });
    expect(verdict).toBeNull();
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

  it('goes on one period after a clock was set back while nobody looked', () => {
    const spec = aSpec(aMetric({ interval: 60 }));
    const look = (analysis: Analysis, now: number) =>
      advanceAnalysis({ analysis, spec, measurements: [], now, ending: false, hash: hashForTests });
    const started = startAnalysis({ spec, now: 9_000_000_000, share: null });

    const back = look(started, 1_000_000);

    expect(back.wakeAt).toBe(1_060_000);
    expect(look(back.analysis, 1_030_000).wakeAt).toBe(1_060_000);
    expect(look(back.analysis, 1_060_000).wanted).toMatchObject([{ from: 1_000_000, until: 1_060_000 }]);
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

  it('end at once when a critical one fails, whatever the others would say', () => {
    const spec = aSpec(named('quick'), named('slow', { count: 100 }));

    const { verdict, analysis } = runAnalysis({ spec, provide: by({ quick: bad, slow: good }) });

    expect(verdict).toBe('fail');
    expect(analysis.metrics.map((each) => each.successes)).toEqual([0, 1]);
    expect(analysis.verdicts.map((each) => each.metric)).toEqual(['quick', null]);
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

describe('the hash of a verdict', () => {
  const hashesOf = (reading: Reading, startedAt: number) => {
    const spec = aSpec(aMetric({ name: 'one' }), aMetric({ name: 'two', count: 3 }));
    const { analysis } = runAnalysis({ spec, startedAt, provide: () => ({ candidate: reading }) });
    return analysis.verdicts.map((each) => each.hash);
  };

  it('is the same for the same figures, whenever that was, and another for others', () => {
    expect(hashesOf(good, 1_000_000)).toHaveLength(3);
    expect(hashesOf(good, 7_654_321)).toEqual(hashesOf(good, 1_000_000));
    for (const [index, hash] of hashesOf(bad, 1_000_000).entries())
      expect(hash).not.toBe(hashesOf(good, 1_000_000)[index]);
  });
});
