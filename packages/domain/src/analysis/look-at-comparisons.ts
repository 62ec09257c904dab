import type { MetricProgress } from './analysis.ts';
import type { Hash } from './judge/canonical-text.ts';
import { compareReadings, judgeLook, oneSided, type Pair } from './judge/judge-look.ts';
import { holmParts, levelOfLook } from './judge/spending.ts';
import type { Statistic } from './judge/statistic.ts';
import type { AnalysisSpec, ComparisonRule, MetricSpec } from './metric.ts';
import { samplesOf, sufficiencyOf } from './sufficiency.ts';

/** Below this nothing could be found, and a look would only use up what later ones need. */
const fewestSamples = 8;

interface Look {
  readonly metric: MetricSpec;
  readonly rule: ComparisonRule;
  readonly number: number;
  readonly last: boolean;
  /** Whether it may find that all is well. */
  readonly decides: boolean;
  readonly pairs: readonly Pair[];
  readonly statistic: Statistic;
  /** How unlikely figures have to be if this were the only comparison. */
  readonly level: number;
}

/**
 * Takes the looks that are due, all comparisons together: their levels depend on each other, so that many metrics have no
 * more false alarms than one.
 */
export function lookAtComparisons(input: {
  readonly spec: AnalysisSpec;
  readonly metrics: readonly MetricProgress[];
  readonly open: ReadonlySet<string>;
  readonly ending: boolean;
  readonly hash: Hash;
}): readonly MetricProgress[] {
  const { spec, metrics, open, ending, hash } = input;
  const looks = new Map<string, Look>();
  for (const [index, metric] of spec.metrics.entries()) {
    const progress = metrics[index];
    if (progress === undefined || !open.has(metric.name)) continue;
    const look = dueLook({ spec, metric, progress, ending });
    if (look !== null) looks.set(metric.name, look);
  }
  if (looks.size === 0) return metrics;
  const parts = partsOf(spec, looks);
  return metrics.map((progress) => {
    const look = looks.get(progress.metric);
    if (look === undefined) return progress;
    const { rule, pairs, statistic, number, last } = look;
    const level = look.level * (parts.get(progress.metric) ?? 0);
    const judgement = judgeLook({ rule, pairs, statistic, look: number, last, decides: look.decides, level, hash });
    return { ...progress, judgements: [...progress.judgements, judgement] };
  });
}

/** How much of its level each look may use; a comparison that is not looked at now found nothing so far. */
function partsOf(spec: AnalysisSpec, looks: ReadonlyMap<string, Look>): ReadonlyMap<string, number> {
  const names = comparisonsOf(spec).map((each) => each.name);
  const sizes = names.map((name) => {
    const look = looks.get(name);
    return look === undefined ? Number.POSITIVE_INFINITY : look.statistic.notWorse / look.level;
  });
  const parts = holmParts(sizes);
  return new Map(names.map((name, index) => [name, parts[index] ?? 0]));
}

export function comparisonsOf(spec: AnalysisSpec): readonly MetricSpec[] {
  return spec.metrics.filter((each) => each.rule.kind === 'comparison');
}

function dueLook(input: {
  readonly spec: AnalysisSpec;
  readonly metric: MetricSpec;
  readonly progress: MetricProgress;
  readonly ending: boolean;
}): Look | null {
  const { spec, metric, progress, ending } = input;
  const { rule, count } = metric;
  if (rule.kind !== 'comparison' || count === null) return null;
  const samples = samplesOf(progress);
  const before = progress.judgements.at(-1);
  const { planned, over, missing } = sufficiencyOf(metric, progress, ending);
  const last = over || (planned && missing === null);
  const number = last ? spec.looks : Math.floor((samples * spec.looks) / count);
  if (!last && (samples < fewestSamples || number <= (before?.look ?? 0) || number >= spec.looks)) return null;
  const pairs = pairsOf(progress);
  const statistic = compareReadings(rule, pairs);
  if (statistic === null) return null;
  const part = last ? 1 : samples / count;
  const level = levelOfLook({ part, before: (before?.samples ?? 0) / count, share: oneSided(rule) });
  return { metric, rule, number, last, decides: last && missing === null, pairs, statistic, level };
}

function pairsOf(progress: MetricProgress): readonly Pair[] {
  return progress.measurements.flatMap(({ candidate, baseline }) =>
    candidate === null || baseline === null ? [] : [{ candidate, baseline }],
  );
}
