import type { Analysis, MetricProgress, WantedMeasurement } from './analysis.ts';
import type { AnalysisSpec, MetricSpec } from './metric.ts';

/** The measurements that are due, and when the next one will be. */
export function wantMeasurements(input: {
  readonly spec: AnalysisSpec;
  readonly analysis: Analysis;
  /** The metrics that have no verdict. */
  readonly open: ReadonlySet<string>;
  readonly now: number;
}): { readonly wanted: readonly WantedMeasurement[]; readonly wakeAt: number | null } {
  const { spec, analysis, open, now } = input;
  const wanted: WantedMeasurement[] = [];
  let wakeAt: number | null = null;
  for (const [index, metric] of spec.metrics.entries()) {
    const progress = analysis.metrics[index];
    if (progress === undefined || !open.has(metric.name)) continue;
    wanted.push(...wantedBefore({ metric, progress, startedAt: analysis.startedAt }));
    if (progress.dueAt <= now) wanted.push(wantedNow({ metric, progress, now }));
    else wakeAt = Math.min(wakeAt ?? progress.dueAt, progress.dueAt);
  }
  return { wanted, wakeAt };
}

/** A period ends when it was due. What was missed for longer than a period is missed; it is not measured all at once. */
function wantedNow(input: {
  readonly metric: MetricSpec;
  readonly progress: MetricProgress;
  readonly now: number;
}): WantedMeasurement {
  const { metric, progress, now } = input;
  const interval = metric.interval * 1000;
  const until = now - progress.dueAt < interval ? progress.dueAt : now;
  const compared = metric.rule.kind === 'comparison';
  return {
    metric: metric.name,
    source: metric.source,
    number: progress.next,
    from: progress.growingFrom ?? until - interval,
    until,
    sides: compared ? ['candidate', 'baseline'] : ['candidate'],
  };
}

function wantedBefore(input: {
  readonly metric: MetricSpec;
  readonly progress: MetricProgress;
  readonly startedAt: number;
}): readonly WantedMeasurement[] {
  const { metric, progress, startedAt } = input;
  const interval = metric.interval * 1000;
  return progress.before.flatMap((reading, index): readonly WantedMeasurement[] => {
    if (reading !== null) return [];
    const until = startedAt - index * interval;
    // Counted backwards from 0: -0 would be another number as JSON.
    const number = index === 0 ? 0 : -index;
    return [{ metric: metric.name, source: metric.source, number, from: until - interval, until, sides: ['baseline'] }];
  });
}
