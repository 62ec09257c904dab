import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceAnalysis } from './advance-analysis.ts';
import type { Analysis } from './analysis.ts';
import {
  aMetric,
  aSpec,
  bad,
  broken,
  good,
  hashForTests,
  measure,
  middling,
  nothing,
  runAnalysis,
} from './analysis-for-tests.ts';
import { worstOf } from './assess-metric.ts';

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
    const readings = drawn[Number(metric.slice(1))]?.readings ?? [];
    const [candidate, baseline] = readings[Math.abs(number) % readings.length] ?? [nothing, nothing];
    return { candidate, baseline };
  };
  return { spec: { ...aSpec(...metrics), looks: 3 }, provide };
}

const worldDrawn = fc.array(metricDrawn, { minLength: 1, maxLength: 4 });

// A slow machine takes its time for some hundred analyses.
describe('any analysis', { timeout: 60_000 }, () => {
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
