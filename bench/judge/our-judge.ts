import { createHash } from 'node:crypto';
import {
  type Analysis,
  type AnalysisSpec,
  advanceAnalysis,
  type Measurement,
  type MetricSpec,
  type Reading,
  startAnalysis,
  type Verdict,
  verdictOfAnalysis,
} from '@almanac/domain';

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Readings of one metric, period by period. */
interface Readings {
  readonly candidate: readonly Reading[];
  readonly baseline: readonly Reading[];
  /** Of the baseline before the start, backwards; a gate is refused for what it cannot see only where they are known. */
  readonly before?: readonly Reading[];
}

export const values = (series: readonly number[]): readonly Reading[] =>
  series.map((value) => ({ kind: 'value', value, requests: null }));

export const rates = (events: readonly number[], of: number): readonly Reading[] =>
  events.map((each) => ({ kind: 'rate', events: each, of }));

function specOf(input: {
  readonly metrics: number;
  readonly count: number;
  readonly looks: number;
  readonly rule: MetricSpec['rule'];
}): AnalysisSpec {
  const { metrics, count, looks, rule } = input;
  return {
    metrics: Array.from({ length: metrics }, (_, index): MetricSpec => {
      const source = { provider: 'web', address: 'http://simulated.test/', path: 'value' } as const;
      const data = { count, extension: 0, minSamples: null, minRequests: 0, errorsInRow: 0 };
      return { name: `m${index}`, source, rule, interval: 10, initialDelay: 0, critical: true, ...data };
    }),
    baseline: 'stable',
    looks,
  };
}

/** What is analysed, and how. */
export interface Simulated {
  readonly metrics: readonly Readings[];
  readonly looks: number;
  readonly rule: MetricSpec['rule'];
}

/** The verdict on readings. */
export function verdictOn(input: Simulated): Verdict | null {
  return verdictOfAnalysis(analysisOf(input));
}

/** The analysis of readings, by the same way that a site takes. */
export function analysisOf(input: Simulated): Analysis {
  const { metrics, looks, rule } = input;
  const count = metrics[0]?.candidate.length ?? 0;
  const spec = specOf({ metrics: metrics.length, count, looks, rule });
  const measurements = metrics.flatMap(({ candidate, baseline, before = [] }, metric) => {
    const during = candidate.map((reading, index) =>
      measured({ metric, number: index + 1, candidate: reading, baseline: baseline[index] ?? null }),
    );
    return [
      ...before.map((reading, index) => measured({ metric, number: -index, candidate: null, baseline: reading })),
      ...during,
    ];
  });
  let analysis = startAnalysis({ spec, now: 0, share: null });
  for (let look = 1; look <= looks; look += 1) {
    // Each look is given what is there by then; everything at once would be one look.
    const [from, to] = [Math.ceil(((look - 1) * count) / looks), Math.ceil((look * count) / looks)];
    const given = measurements.filter(({ number }) => (number > from || look === 1) && number <= to);
    const advanced = advanceAnalysis({ analysis, spec, measurements: given, now: look, ending: false, hash: sha256 });
    analysis = advanced.analysis;
    if (advanced.verdict !== null) break;
  }
  return analysis;
}

function measured(input: {
  readonly metric: number;
  readonly number: number;
  readonly candidate: Reading | null;
  readonly baseline: Reading | null;
}): Measurement {
  const { metric, number, candidate, baseline } = input;
  return { metric: `m${metric}`, number, from: number, until: number + 1, candidate, baseline };
}
