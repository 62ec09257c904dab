import type { Analysis, MetricProgress } from './analysis.ts';
import type { AnalysisSpec, MetricSpec } from './metric.ts';
import { retryMs } from './take-measurement.ts';

/**
 * A clock that was set back while nobody looked would let measurements wait for as long: what is due later than it can be
 * is due one period from now.
 */
export function forgetTheFuture(analysis: Analysis, spec: AnalysisSpec, now: number): Analysis {
  const metrics = analysis.metrics.map((progress, index) => {
    const metric = spec.metrics[index];
    return metric === undefined || !isTooLate(metric, progress, now)
      ? progress
      : { ...progress, dueAt: now + metric.interval * 1000, growingFrom: null };
  });
  return metrics.every((each, index) => each === analysis.metrics[index]) ? analysis : { ...analysis, metrics };
}

function isTooLate(metric: MetricSpec, { dueAt }: MetricProgress, now: number): boolean {
  return dueAt - now > Math.max(retryMs, (metric.initialDelay + metric.interval) * 1000);
}
