import { createHash } from 'node:crypto';
import {
  type AnalysisSpec,
  advanceAnalysis,
  type Measurement,
  type MetricSpec,
  type Reading,
  startAnalysis,
  type Verdict,
} from '@almanac/domain';

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Readings of one metric, period by period. */
export interface Readings {
  readonly candidate: readonly Reading[];
  readonly baseline: readonly Reading[];
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

/**
 * The verdict on readings by the same way that a site takes. Nothing is known of the time before, so that no gate is
 * refused for what it cannot see.
 */
export function verdictOn(input: {
  readonly metrics: readonly Readings[];
  readonly looks: number;
  readonly rule: MetricSpec['rule'];
}): Verdict | null {
  const { metrics, looks, rule } = input;
  const count = metrics[0]?.candidate.length ?? 0;
  const spec = specOf({ metrics: metrics.length, count, looks, rule });
  const measurements = metrics.flatMap(({ candidate, baseline }, metric) =>
    candidate.map((reading, index): Measurement => {
      const sides = { candidate: reading, baseline: baseline[index] ?? null };
      return { metric: `m${metric}`, number: index + 1, from: index, until: index + 1, ...sides };
    }),
  );
  let analysis = startAnalysis({ spec, now: 0, share: null });
  for (let look = 1; look <= looks; look += 1) {
    // Each look is given what is there by then; everything at once would be one look.
    const [from, to] = [Math.ceil(((look - 1) * count) / looks), Math.ceil((look * count) / looks)];
    const given = measurements.filter((each) => each.number > from && each.number <= to);
    const advanced = advanceAnalysis({ analysis, spec, measurements: given, now: look, ending: false, hash: sha256 });
    if (advanced.verdict !== null) return advanced.verdict;
    analysis = advanced.analysis;
  }
  return null;
}
