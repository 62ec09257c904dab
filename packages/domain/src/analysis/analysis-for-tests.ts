import { advanceAnalysis } from './advance-analysis.ts';
import type { AdvancedAnalysis, Analysis, Measurement, Reading, WantedMeasurement } from './analysis.ts';
import type { AnalysisSpec, ComparisonRule, MetricSpec, ThresholdRule } from './metric.ts';
import { startAnalysis } from './start-analysis.ts';

/** Measured every ten seconds, ten times, and not once more. */
export function aMetric(given: Partial<MetricSpec> = {}): MetricSpec {
  return {
    name: 'metric',
    source: { provider: 'web', address: 'http://metrics.test/', path: 'value' },
    rule: aThreshold(),
    interval: 10,
    initialDelay: 0,
    count: 10,
    extension: 0,
    minSamples: null,
    minRequests: 0,
    errorsInRow: 4,
    critical: true,
    ...given,
  };
}

/** Below 1 is a success, above 2 a failure, between them neither. */
export function aThreshold(given: Partial<ThresholdRule> = {}): ThresholdRule {
  return {
    kind: 'threshold',
    success: { below: 1 },
    failure: { above: 2 },
    failures: 0,
    marginals: 0,
    successesInRow: null,
    ...given,
  };
}

export function aComparison(given: Partial<ComparisonRule> = {}): ComparisonRule {
  return { kind: 'comparison', worse: 'higher', allowed: 0.1, goodEnough: null, confidence: 0.98, ...given };
}

export function aSpec(...metrics: readonly MetricSpec[]): AnalysisSpec {
  return { metrics, baseline: 'stable', looks: 1 };
}

export const value = (of: number, requests: number | null = null): Reading => ({ kind: 'value', value: of, requests });
export const good = value(0);
export const bad = value(3);
export const middling = value(1.5);
export const nothing: Reading = { kind: 'no-data' };
export const broken: Reading = { kind: 'error', reason: 'not reachable' };

/** What a provider would give; the baseline is only asked where one is wanted. */
export type Provide = (wanted: WantedMeasurement) => { readonly candidate: Reading; readonly baseline?: Reading };

export function measure(wanted: WantedMeasurement, provide: Provide): Measurement {
  const given = provide(wanted);
  const { metric, number, from, until, sides } = wanted;
  return {
    metric,
    number,
    from,
    until,
    candidate: sides.includes('candidate') ? given.candidate : null,
    baseline: sides.includes('baseline') ? (given.baseline ?? nothing) : null,
  };
}

/** Tells equal texts; that it is no SHA-256 makes no difference to the domain. */
export function hashForTests(text: string): string {
  let hash = 5381;
  for (const character of text) hash = (hash * 33 + (character.codePointAt(0) ?? 0)) % 2 ** 48;
  return hash.toString(16);
}

/** Measures whatever is wanted when it is due, until there is a verdict or `periods` of waiting are over. */
export function runAnalysis(input: {
  readonly spec: AnalysisSpec;
  readonly provide: Provide;
  readonly share?: number;
  /** Sees every state on the way. */
  readonly watch?: (advanced: AdvancedAnalysis, now: number) => void;
  readonly waits?: number;
  readonly startedAt?: number;
}): AdvancedAnalysis {
  const { spec, provide, waits = 2000 } = input;
  let now = input.startedAt ?? 1_000_000;
  let advanced = advance(startAnalysis({ spec, now, share: input.share ?? null }), []);
  for (let wait = 0; wait < waits && advanced.verdict === null; wait += 1) {
    if (advanced.wanted.length === 0) now = advanced.wakeAt ?? now + 1000;
    advanced = advance(
      advanced.analysis,
      advanced.wanted.map((each) => measure(each, provide)),
    );
  }
  return advanced;

  function advance(analysis: Analysis, measurements: readonly Measurement[]): AdvancedAnalysis {
    const next = advanceAnalysis({ analysis, spec, measurements, now, ending: false, hash: hashForTests });
    input.watch?.(next, now);
    return next;
  }
}
