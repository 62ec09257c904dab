import {
  type AnalysisSpec,
  baselineWeight,
  type Foresight,
  type MetricProgress,
  type MetricSpec,
  type Progression,
  type Reading,
  type Rollout,
  type RolloutStep,
  type RolloutTarget,
  type Stepping,
  wantsBaseline,
} from '@almanac/domain';
import type { ReportedAnalysis, ReportedMetric, ReportedRollout } from '@almanac/protocol';
import type { AnalysisRecord, ApplicationRecord } from '../journal/journal.ts';
import { whyOf } from './analyses.ts';
import { analysisSpecOf, progressionOf } from './progression-of.ts';

/** How far the last rollout by steps is, or was when it ended; null where there was none. */
export function reportRollout(record: ApplicationRecord, curves: ReportedRollout['curves']): ReportedRollout | null {
  const { rollout } = record;
  const { stepping } = rollout;
  const operation = stepping?.operation;
  const spec = operation === undefined ? undefined : record.specs[operation];
  const progression = spec === undefined ? null : progressionOf(spec);
  if (stepping === null || spec === undefined || progression === null) return null;
  const { strategy } = spec.strategy;
  if (strategy !== 'canary' && strategy !== 'blue-green') return null;
  return {
    operation: spec.operation,
    strategy,
    steps: progression.steps.map((step) => ({ kind: step.kind, words: stepWords(step) })),
    step: stepping.step,
    since: isoOf(stepping.since),
    weight: weightOf(rollout, stepping),
    baselineWeight: comparedWeight(rollout, progression),
    candidate: spec.build,
    stable: stableBuild(record, operation),
    hold:
      stepping.hold === null || rollout.phase !== 'stepping'
        ? null
        : {
            cause: stepping.hold.cause,
            reason: stepping.hold.reason,
            since: isoOf(stepping.hold.since),
            until: isoOf(stepping.hold.since + progression.holdLimit),
          },
    decides: progression.decides,
    promoted: stepping.promoted,
    warmUntil: rollout.warm === null ? null : isoOf(rollout.warm.until),
    commanded: rollout.commanded,
    analyses: record.analyses
      .filter((each) => each.operation === operation)
      .map((each) => reportAnalysis(each, analysisSpecOf(spec.strategy, each.name))),
    curves,
  };
}

/** Per cent of the requests that it takes now; an end gives it all of them, or none. */
function weightOf({ phase, candidate, stable }: Rollout, { operation, weight }: Stepping): number {
  if (stable?.operation === operation) return 100;
  if (candidate?.operation !== operation) return 0;
  return phase === 'migrating' ? 0 : phase === 'stepping' ? weight : 100;
}

/** Per cent of the requests that a baseline takes beside the candidate. */
function comparedWeight({ phase, stepping }: Rollout, progression: Progression): number {
  if (phase !== 'stepping' || stepping === null || !wantsBaseline(progression, stepping)) return 0;
  return baselineWeight(stepping.weight);
}

/** What ran before the candidate: what is returned to, or is warm. */
function stableBuild(record: ApplicationRecord, operation: string | undefined): RolloutTarget['build'] | null {
  const { stable, warm } = record.rollout;
  return (stable?.operation === operation ? warm?.target.build : stable?.build) ?? null;
}

/** A step for people. */
export function stepWords(step: RolloutStep): string {
  switch (step.kind) {
    case 'weight':
      return step.weight === 100 ? 'all requests' : `${step.weight} % of the requests`;
    case 'scale':
      return 'percent' in step ? `${step.percent} % of the instances` : `${step.instances} instances`;
    case 'pause':
      return step.duration === null ? 'wait for somebody' : `wait ${step.duration / 1000} s`;
    case 'analyse':
      return step.baseline === 'fresh' ? 'analysis against a fresh baseline' : 'analysis';
    case 'header':
      return step.matches.length === 0
        ? 'no preview'
        : `preview by ${step.matches.map((each) => each.header).join(', ')}`;
    case 'mirror':
      return step.percent === 0 ? 'no copies' : `copies of ${step.percent} %`;
  }
}

function reportAnalysis(record: AnalysisRecord, spec: AnalysisSpec | undefined): ReportedAnalysis {
  const { analysis, name, run } = record;
  const whole = analysis.verdicts.find((each) => each.metric === null);
  return {
    name,
    run,
    startedAt: isoOf(analysis.startedAt),
    verdict: whole?.verdict ?? null,
    decidedAt: whole === undefined ? null : isoOf(whole.at),
    reason: whole === undefined ? null : whyOf(analysis),
    metrics: analysis.metrics.map((each, index) => reportMetric(record, each, spec?.metrics[index])),
  };
}

function reportMetric(record: AnalysisRecord, progress: MetricProgress, spec: MetricSpec | undefined): ReportedMetric {
  const given = record.analysis.verdicts.find((each) => each.metric === progress.metric);
  const last = progress.measurements.at(-1);
  return {
    name: progress.metric,
    measurements: progress.next - 1,
    of: spec?.count ?? null,
    candidate: numberOf(last?.candidate ?? null),
    baseline: numberOf(last?.baseline ?? null),
    verdict: given?.verdict ?? null,
    reason: given?.reason ?? progress.lastError,
    detectable: detectableShare(progress.foresight),
    judgement: progress.judgements.at(-1) ?? null,
  };
}

/** The judge foresees a difference in the unit of the metric; people are told a share of what runs now. */
function detectableShare(foresight: Foresight | null | undefined): number | null {
  if (foresight?.detectable == null || foresight.baseline === 0) return null;
  return foresight.detectable / Math.abs(foresight.baseline);
}

function numberOf(reading: Reading | null): number | null {
  if (reading?.kind === 'value') return reading.value;
  if (reading?.kind === 'rate') return reading.of === 0 ? null : reading.events / reading.of;
  if (reading?.kind === 'count') return reading.events;
  return null;
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
