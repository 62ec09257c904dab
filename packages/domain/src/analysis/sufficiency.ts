import type { MetricProgress } from './analysis.ts';
import { requestsOf } from './measure-outcome.ts';
import type { MetricSpec } from './metric.ts';

/** How many measurements brought data. */
export function samplesOf(progress: MetricProgress): number {
  return progress.successes + progress.failures + progress.marginals;
}

/** How many periods were measured, with data or without; errors are tried again. */
function periodsOf(progress: MetricProgress): number {
  return samplesOf(progress) + progress.withoutData;
}

export interface Sufficiency {
  /** As many periods were measured as were planned, or the analysis is ended. */
  readonly planned: boolean;
  /** There will be no further measurement. */
  readonly over: boolean;
  /** What is missing for a conclusion, in words; null when nothing is. */
  readonly missing: string | null;
}

/** Whether a metric has what a conclusion takes; `ending` when the analysis is ended from outside. */
export function sufficiencyOf(metric: MetricSpec, progress: MetricProgress, ending: boolean): Sufficiency {
  const { count, extension } = metric;
  const periods = periodsOf(progress);
  return {
    planned: ending || (count !== null && periods >= count),
    over: ending || (count !== null && periods >= count + extension),
    missing: missingSamples(metric, progress) ?? missingRequests(metric, progress),
  };
}

function missingSamples(metric: MetricSpec, progress: MetricProgress): string | null {
  const samples = samplesOf(progress);
  const needed = Math.max(1, metric.minSamples ?? metric.count ?? 1);
  return samples >= needed ? null : `${samples} of ${needed} measurements brought data`;
}

/** The measurements against thresholds that brought data had enough requests each. */
function missingRequests(metric: MetricSpec, progress: MetricProgress): string | null {
  if (metric.rule.kind === 'threshold' || metric.minRequests === 0) return null;
  for (const side of ['candidate', 'baseline'] as const) {
    const requests = progress.measurements.reduce((sum, each) => sum + requestsOf(each[side]), 0);
    if (requests < metric.minRequests) return `the ${side} had ${requests} of ${metric.minRequests} requests`;
  }
  return null;
}
