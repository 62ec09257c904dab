import type { AdvancedAnalysis, Analysis, GivenVerdict, Measurement, MetricProgress, Verdict } from './analysis.ts';
import { assessMetric, worstOf } from './assess-metric.ts';
import { forgetTheFuture } from './forget-the-future.ts';
import { canonicalText, type Hash } from './judge/canonical-text.ts';
import { foresee } from './judge/foresee.ts';
import { oneSided } from './judge/judge-look.ts';
import { levelOfLook } from './judge/spending.ts';
import { comparisonsOf, lookAtComparisons } from './look-at-comparisons.ts';
import type { AnalysisSpec, MetricSpec } from './metric.ts';
import { takeMeasurement } from './take-measurement.ts';
import { wantMeasurements } from './want-measurements.ts';

export interface AnalysisInput {
  readonly analysis: Analysis;
  readonly spec: AnalysisSpec;
  /** What was measured since; what is not waited for is left aside. */
  readonly measurements: readonly Measurement[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Ends what has no number of measurements: it is decided by what is there. */
  readonly ending: boolean;
  readonly hash: Hash;
}

/**
 * Takes an analysis a step further: measurements in, verdicts out, and what to measure next. A failure of a critical metric
 * decides at once; otherwise every metric is heard to its end, and the worst wins. Verdicts are only ever added.
 */
export function advanceAnalysis(input: AnalysisInput): AdvancedAnalysis {
  const { spec, now, hash } = input;
  const decided = verdictOfAnalysis(input.analysis);
  if (decided !== null) return { analysis: input.analysis, verdict: decided, worst: decided, wanted: [], wakeAt: null };
  const known = forgetTheFuture(input.analysis, spec, now);
  const taken = { ...known, metrics: takeAll({ ...input, analysis: known }) };
  const metrics = lookAtComparisons({ ...input, metrics: taken.metrics, open: openMetrics(taken) });
  const verdicts = [...taken.verdicts, ...assessAll({ ...input, analysis: { ...taken, metrics } })];
  const whole = assessWhole({ spec, verdicts, now, hash });
  const analysis = { ...taken, metrics, verdicts: whole === null ? verdicts : [...verdicts, whole] };
  if (whole !== null) return { analysis, verdict: whole.verdict, worst: whole.verdict, wanted: [], wakeAt: null };
  const worst = worstOf(verdicts.map((each) => weighed(spec, each)));
  return { analysis, verdict: null, worst, ...wantMeasurements({ spec, analysis, open: openMetrics(analysis), now }) };
}

/** The verdict on the whole; null while there is none. */
export function verdictOfAnalysis(analysis: Analysis): Verdict | null {
  return analysis.verdicts.find((each) => each.metric === null)?.verdict ?? null;
}

function openMetrics(analysis: Analysis): ReadonlySet<string> {
  const decided = new Set(analysis.verdicts.map((each) => each.metric));
  return new Set(analysis.metrics.map((each) => each.metric).filter((name) => !decided.has(name)));
}

function takeAll({ analysis, spec, measurements, now }: AnalysisInput): readonly MetricProgress[] {
  const open = openMetrics(analysis);
  const inOrder = measurements.toSorted((a, b) => a.number - b.number);
  return analysis.metrics.map((before, index) => {
    const metric = spec.metrics[index];
    if (metric === undefined || !open.has(before.metric)) return before;
    let progress = before;
    for (const measurement of inOrder) progress = takeMeasurement({ metric, progress, measurement, now });
    if (progress.before === before.before || progress.before.includes(null)) return progress;
    return { ...progress, foresight: foreseeMetric({ spec, metric, progress, analysis }) };
  });
}

/** What the last look will be able to see, once all periods before the start were read. */
function foreseeMetric(input: {
  readonly spec: AnalysisSpec;
  readonly metric: MetricSpec;
  readonly progress: MetricProgress;
  readonly analysis: Analysis;
}): MetricProgress['foresight'] {
  const { spec, metric, progress, analysis } = input;
  const { rule, count } = metric;
  if (rule.kind !== 'comparison' || count === null) return null;
  const level = levelOfLook({ part: 1, before: (spec.looks - 1) / spec.looks, share: oneSided(rule) });
  return foresee({
    rule,
    before: progress.before.filter((each) => each !== null),
    count,
    level: level / comparisonsOf(spec).length,
    shares: sharesOf({ spec, share: analysis.share, before: progress.before }),
  });
}

/** Requests are divided between the sides; the time in which instances may restart is not. */
function sharesOf(input: {
  readonly spec: AnalysisSpec;
  readonly share: number | null;
  readonly before: MetricProgress['before'];
}): { readonly candidate: number; readonly baseline: number } | null {
  if (input.before.some((each) => each?.kind === 'count')) return { candidate: 1, baseline: 1 };
  if (input.share === null) return null;
  return { candidate: input.share, baseline: input.spec.baseline === 'fresh' ? input.share : 1 - input.share };
}

function assessAll({ analysis, spec, now, ending, hash }: AnalysisInput): readonly GivenVerdict[] {
  const open = openMetrics(analysis);
  return spec.metrics.flatMap((metric, index) => {
    const progress = analysis.metrics[index];
    if (progress === undefined || !open.has(metric.name)) return [];
    const found = assessMetric({ metric, progress, ending });
    if (found === null) return [];
    const { verdict, reason } = found;
    const own = found.hash ?? hash(canonicalText({ metric, verdict, reason, counts: countsOf(progress) }));
    return [{ metric: metric.name, verdict, reason, at: now, hash: own }];
  });
}

/** What a verdict stands on where no judgement decided. */
function countsOf(progress: MetricProgress): readonly number[] {
  const { successes, failures, marginals, withoutData, errors, errorsInRow, successesInRow } = progress;
  return [successes, failures, marginals, withoutData, errors, errorsInRow, successesInRow];
}

/** A failure of what is not critical holds the rollout for a person. */
function weighed(spec: AnalysisSpec, given: GivenVerdict): Verdict {
  const metric = spec.metrics.find((each) => each.name === given.metric);
  return given.verdict === 'fail' && metric?.critical === false ? 'marginal' : given.verdict;
}

function assessWhole(input: {
  readonly spec: AnalysisSpec;
  readonly verdicts: readonly GivenVerdict[];
  readonly now: number;
  readonly hash: Hash;
}): GivenVerdict | null {
  const { spec, verdicts, now } = input;
  const each = verdicts.map((given) => ({ given, verdict: weighed(spec, given) }));
  const worst = worstOf(each.map(({ verdict }) => verdict));
  if (worst === null || (worst !== 'fail' && verdicts.length < spec.metrics.length)) return null;
  const names = each.filter(({ verdict }) => verdict === worst).map(({ given }) => given.metric);
  const hash = input.hash(canonicalText({ verdict: worst, of: verdicts.map((given) => given.hash).toSorted() }));
  return { metric: null, verdict: worst, reason: names.join(', '), at: now, hash };
}
