import type { Measurement, WantedMeasurement } from '@almanac/domain';
import { describe, expect, it } from 'vitest';
import type { AnalysisMeter } from '../metrics/analysis-meter.ts';
import { createAnalyses, observedAnalyses } from './analyses.ts';
import { aCanary, anAnalysis, aSteppingRecord } from './application-for-tests.ts';

const wanted = { operation: 'new', name: 'step-2', run: 0 };

/** A meter that answers at once what it is asked, and remembers what it was asked and told to forget. */
function aMeter(events: number) {
  const asked: WantedMeasurement[] = [];
  const forgotten: string[] = [];
  const meter: AnalysisMeter = {
    measure: (question) => {
      asked.push(...question.wanted);
      return question.wanted.map(
        (each): Measurement => ({
          metric: each.metric,
          number: each.number,
          from: each.from,
          until: each.until,
          candidate: { kind: 'rate', events, of: 100 },
          baseline: null,
        }),
      );
    },
    forget: (analysis) => void forgotten.push(analysis),
  };
  return { meter, asked, forgotten };
}

describe('the analyses of a site', () => {
  it('begin when a rollout wants one, are taken further by what is measured, and come to a verdict', () => {
    const record = aSteppingRecord(aCanary);
    const { meter, asked } = aMeter(1);
    const analyses = createAnalyses(meter);

    for (const now of [60_000, 70_000, 70_001, 80_001, 80_002]) analyses.advance(record, [wanted], now);

    expect(asked.map((each) => [each.metric, each.number, each.until])).toEqual([
      ['errors', 1, 70_000],
      ['errors', 2, 80_000],
    ]);
    expect(observedAnalyses(record)).toMatchObject([{ ...wanted, verdict: 'pass' }]);
  });

  it('say which metric failed and why', () => {
    const record = aSteppingRecord(aCanary);
    const analyses = createAnalyses(aMeter(50).meter);

    for (const now of [60_000, 70_000, 70_001]) analyses.advance(record, [wanted], now);

    expect(observedAnalyses(record)).toMatchObject([{ verdict: 'fail', detail: expect.stringMatching(/^errors: /) }]);
  });

  it('go on after a restart of the agent from what the journal kept', () => {
    const record = aSteppingRecord(aCanary);
    const before = createAnalyses(aMeter(1).meter);
    for (const now of [60_000, 70_000, 70_001]) before.advance(record, [wanted], now);

    const restored = structuredClone(record);
    const after = createAnalyses(aMeter(1).meter);
    for (const now of [80_001, 80_002]) after.advance(restored, [wanted], now);

    expect(observedAnalyses(restored)).toMatchObject([{ verdict: 'pass' }]);
    expect(restored.analyses).toHaveLength(1);
  });

  it('compare with what runs, or with a fresh baseline of it, which was not there before', () => {
    const asked: unknown[] = [];
    const meter: AnalysisMeter = {
      measure: ({ candidate, baseline }) => {
        asked.push([candidate.version, baseline?.before.version, baseline?.during.version]);
        return [];
      },
      forget: () => undefined,
    };
    const afresh = { ...aCanary, steps: [{ weight: 25 }, { analyse: { ...anAnalysis, baseline: 'fresh' as const } }] };

    createAnalyses(meter).advance(aSteppingRecord(aCanary), [wanted], 60_000);
    createAnalyses(meter).advance(aSteppingRecord(afresh), [wanted], 60_000);

    expect(asked).toEqual([
      ['new', 'old', 'old'],
      ['new', 'old', 'new.baseline'],
    ]);
  });

  it('are forgotten by the meter once nobody wants them, and kept as evidence', () => {
    const record = aSteppingRecord(aCanary);
    const { meter, forgotten } = aMeter(1);
    const analyses = createAnalyses(meter);
    analyses.advance(record, [wanted], 60_000);

    analyses.advance(record, [], 61_000);

    expect(forgotten).toEqual([`${record.id} new step-2 0`]);
    expect(record.analyses).toHaveLength(1);
  });
});
