import type { Analysis, MetricProgress } from './analysis.ts';
import type { AnalysisSpec, MetricSpec } from './metric.ts';

/** The most periods before the start that are read of a baseline. */
const mostBefore = 120;

/** Begins an analysis; `share` is the candidate's share of all requests meanwhile, null when nobody knows. */
export function startAnalysis(input: {
  readonly spec: AnalysisSpec;
  readonly now: number;
  readonly share: number | null;
}): Analysis {
  const { spec, now, share } = input;
  return { startedAt: now, share, metrics: spec.metrics.map((each) => startMetric(each, now)), verdicts: [] };
}

function startMetric(metric: MetricSpec, now: number): MetricProgress {
  const before = metric.rule.kind === 'comparison' ? Math.min(metric.count ?? 0, mostBefore) : 0;
  return {
    metric: metric.name,
    next: 1,
    dueAt: now + (metric.initialDelay + metric.interval) * 1000,
    growingFrom: null,
    successes: 0,
    failures: 0,
    marginals: 0,
    withoutData: 0,
    errors: 0,
    errorsInRow: 0,
    successesInRow: 0,
    lastError: null,
    measurements: [],
    before: new Array<null>(before).fill(null),
    foresight: null,
    judgements: [],
  };
}
