import type { MetricSource, Reading, WantedMeasurement } from '@almanac/domain';
import { describe, expect, it } from 'vitest';
import { createAnalysisMeter, type MeterQuestion } from './analysis-meter.ts';
import type { MetricProvider, MetricProviders, MetricQuestion } from './metric-provider.ts';
import { aVersion } from './metrics-for-tests.ts';

const source: MetricSource = { provider: 'web', address: 'http://metrics.test/', path: 'value' };
const wanted = (number: number, given: Partial<WantedMeasurement> = {}): WantedMeasurement => ({
  metric: 'queue',
  source,
  number,
  from: number * 10,
  until: number * 10 + 10,
  sides: number <= 0 ? ['baseline'] : ['candidate', 'baseline'],
  ...given,
});
const question = (...all: readonly WantedMeasurement[]): MeterQuestion => ({
  analysis: 'shop op-2',
  wanted: all,
  candidate: aVersion(),
  baseline: { before: aVersion({ version: 'op-1' }), during: aVersion({ version: 'op-1-fresh' }) },
});

/** A meter whose provider answers when the test says so. */
function aMeter(given: { readonly provider?: MetricProvider; readonly patienceMs?: number } = {}) {
  const asked: { readonly question: MetricQuestion; readonly answer: (reading: Reading) => void }[] = [];
  let told: () => void = () => undefined;
  const provider: MetricProvider = given.provider ?? {
    read: (each) => new Promise((answer) => asked.push({ question: each, answer })),
  };
  const providers = { gateway: provider, process: provider, prometheus: provider, web: provider } as MetricProviders;
  const meter = createAnalysisMeter({
    providers,
    onMeasured: () => told(),
    ...(given.patienceMs === undefined ? {} : { patienceMs: given.patienceMs }),
  });
  const measured = () =>
    new Promise<void>((resolve) => {
      told = resolve;
    });
  return { meter, asked, measured };
}

const value = (of: number): Reading => ({ kind: 'value', value: of, requests: null });

describe('what a site measures', () => {
  it('is asked once, however often it is wanted, and given once', async () => {
    const { meter, asked, measured } = aMeter();

    expect(meter.measure(question(wanted(1)))).toEqual([]);
    expect(meter.measure(question(wanted(1)))).toEqual([]);
    const ready = measured();
    for (const { question: each, answer } of asked) answer(value(each.measured.version === 'op-2' ? 2 : 1));
    await ready;

    expect(asked.map((each) => each.question.measured.version)).toEqual(['op-2', 'op-1-fresh']);
    const [measurement] = meter.measure(question(wanted(1)));
    expect(measurement).toEqual({
      metric: 'queue',
      number: 1,
      from: 10,
      until: 20,
      candidate: value(2),
      baseline: value(1),
    });
    expect(asked).toHaveLength(2);
    expect(meter.measure(question())).toEqual([]);
  });

  it('before the start is asked of what ran then, all periods together where the provider can', async () => {
    const periods: (readonly unknown[])[] = [];
    const { meter, measured } = aMeter({
      provider: {
        read: async () => value(0),
        readAll: async (all) => {
          periods.push([all.measured.version, ...all.periods]);
          return all.periods.map(({ until }) => value(until));
        },
      },
    });
    const all = [0, -1, -2].map((number) => wanted(number));

    const ready = measured();
    meter.measure(question(...all));
    await ready;

    const found = meter.measure(question(...all));
    expect(periods).toEqual([['op-1', { from: 0, until: 10 }, { from: -10, until: 0 }, { from: -20, until: -10 }]]);
    expect(found.map(({ candidate, baseline }) => [candidate, baseline])).toEqual([
      [null, value(10)],
      [null, value(0)],
      [null, value(-10)],
    ]);
  });

  it('is an error when its provider throws, says nothing in time, or does not listen', async () => {
    const answers: Record<string, () => Promise<Reading>> = {
      throws: async () => {
        throw new Error('the query is not understood');
      },
      silent: () => new Promise(() => undefined),
    };
    const { meter } = aMeter({
      patienceMs: 30,
      provider: {
        read: ({ source: { provider } }) =>
          (answers[provider === 'web' ? 'throws' : 'silent'] as () => Promise<Reading>)(),
      },
    });
    const silent = wanted(1, { metric: 'silent', source: { provider: 'process', of: 'cpu' } });

    const found = [...meter.measure(question(wanted(1), silent))];
    await expect
      .poll(() => {
        found.push(...meter.measure(question()));
        return found.length;
      })
      .toBe(2);

    expect(found.map((each) => each.candidate)).toEqual([
      { kind: 'error', reason: 'the query is not understood' },
      { kind: 'error', reason: 'no answer within 0.03 s' },
    ]);
  });

  it('is asked four at a time, and others wait for their turn', async () => {
    const { meter, asked, measured } = aMeter();
    const many = Array.from({ length: 6 }, (_, index) => wanted(1, { metric: `m${index}`, sides: ['candidate'] }));

    meter.measure(question(...many));
    expect(asked).toHaveLength(4);
    const ready = measured();
    asked[0]?.answer(value(1));
    await ready;

    await expect.poll(() => asked.length).toBe(5);
  });

  it('is given up when its analysis is over', async () => {
    const { meter, asked } = aMeter();
    meter.measure(question(wanted(1, { sides: ['candidate'] })));
    meter.forget('shop op-2');

    expect(asked[0]?.question.signal.aborted).toBe(true);
    asked[0]?.answer(value(1));
    await Promise.resolve();
    expect(meter.measure(question())).toEqual([]);
  });
});
