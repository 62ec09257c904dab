import { type Foresight, type Judgement, type MetricProgress, type Verdict, verdicts } from './analysis.ts';
import type { MetricSpec, ThresholdRule } from './metric.ts';
import { sufficiencyOf } from './sufficiency.ts';

/** What a metric comes to, and why. */
export interface Assessment {
  readonly verdict: Verdict;
  readonly reason: string;
  /** Of the judgement that decided; null where something else did. */
  readonly hash: string | null;
}

/** The worst of several verdicts; null when there is none. */
export function worstOf(given: readonly Verdict[]): Verdict | null {
  return verdicts.findLast((each) => given.includes(each)) ?? null;
}

/** Decides a metric by what is there; null while it is open. Reads only what was counted, so order does not matter. */
export function assessMetric(input: {
  readonly metric: MetricSpec;
  readonly progress: MetricProgress;
  readonly ending: boolean;
}): Assessment | null {
  const { metric, progress, ending } = input;
  const { rule } = metric;
  const found = rule.kind === 'threshold' ? assessThreshold(rule, input) : assessComparison(input);
  if (found !== null) return found;
  const { over, missing } = sufficiencyOf(metric, progress, ending);
  if (!over || missing === null) return null;
  const error = progress.lastError === null ? '' : `; the last error: ${progress.lastError}`;
  return { verdict: 'insufficient-data', reason: `${missing}${error}`, hash: null };
}

type Input = Parameters<typeof assessMetric>[0];

function assessThreshold(rule: ThresholdRule, input: Input): Assessment | null {
  const { metric, progress, ending } = input;
  const exceeded = [
    ...tooManyFailures(rule, progress),
    ...tooManyErrors(metric, progress),
    ...tooManyMarginals(rule, progress),
  ];
  const worst = worstOf(exceeded.map((each) => each.verdict));
  if (worst !== null) return exceeded.find((each) => each.verdict === worst) ?? null;
  const { planned, missing } = sufficiencyOf(metric, progress, ending);
  if (missing !== null) return null;
  const { successesInRow, failures } = rule;
  if (successesInRow !== null && progress.successesInRow >= successesInRow)
    return { verdict: 'pass', reason: `${progress.successesInRow} successes in a row`, hash: null };
  if (!planned) return null;
  const counted = `${progress.successes} successes, ${progress.failures} failures`;
  if (successesInRow === null) return { verdict: 'pass', reason: counted, hash: null };
  return {
    verdict: failures === null ? 'fail' : 'marginal',
    reason: `${counted}, and never ${successesInRow} successes in a row`,
    hash: null,
  };
}

function tooManyFailures(rule: ThresholdRule, progress: MetricProgress): readonly Assessment[] {
  if (rule.failures === null || progress.failures <= rule.failures) return [];
  return [{ verdict: 'fail', reason: `${progress.failures} failures, ${rule.failures} are allowed`, hash: null }];
}

function tooManyMarginals(rule: ThresholdRule, progress: MetricProgress): readonly Assessment[] {
  if (progress.marginals <= rule.marginals) return [];
  const reason = `${progress.marginals} measurements were neither success nor failure, ${rule.marginals} are allowed`;
  return [{ verdict: 'marginal', reason, hash: null }];
}

function tooManyErrors(metric: MetricSpec, progress: MetricProgress): readonly Assessment[] {
  if (progress.errorsInRow <= metric.errorsInRow) return [];
  const reason = `${progress.errorsInRow} errors in a row, the last one: ${progress.lastError ?? 'unknown'}`;
  return [{ verdict: 'error', reason, hash: null }];
}

/** Only the last look, on enough data, may find that all is well. */
function assessComparison({ metric, progress, ending }: Input): Assessment | null {
  const judgement = progress.judgements.at(-1);
  if (judgement?.finding === 'worse') return { verdict: 'fail', ...judgementInWords(judgement) };
  const [tooMany] = tooManyErrors(metric, progress);
  if (tooMany !== undefined) return tooMany;
  const { foresight } = progress;
  if (foresight !== null && !foresight.sees)
    return { verdict: 'insufficient-data', reason: blindnessInWords(foresight), hash: null };
  const { planned, missing } = sufficiencyOf(metric, progress, ending);
  if (!planned || missing !== null) return null;
  if (judgement?.last !== true) return { verdict: 'error', reason: 'its readings are of different kinds', hash: null };
  return { verdict: verdictOf[judgement.finding], ...judgementInWords(judgement) };
}

const verdictOf = { worse: 'fail', within: 'pass', suspect: 'marginal', unclear: 'insufficient-data' } as const;

function judgementInWords(judgement: Judgement): Omit<Assessment, 'verdict'> {
  const { difference, baseline, lower, upper, finding } = judgement;
  const found = `${inWords(difference)} beside ${inWords(baseline)}, between ${inWords(lower)} and ${inWords(upper)}`;
  const allowed = [judgement.allowedFrom, judgement.allowedTo]
    .filter((each) => each !== null)
    .map(inWords)
    .join(' to ');
  const shown = {
    worse: 'is beyond what is allowed',
    within: 'is within what is allowed',
    suspect: 'is worse, perhaps within what is allowed',
    unclear: 'may be within what is allowed or beyond',
  };
  return { reason: `the difference ${shown[finding]}, ${allowed}: ${found}`, hash: judgement.hash };
}

function blindnessInWords({ detectable, allowed, baseline, enough }: Foresight): string {
  const seen =
    detectable === null
      ? 'the baseline varies too much for any difference to be seen'
      : `differences under ${inWords(detectable)} cannot be told from none`;
  const remedy = enough === null ? '' : `; about ${enough} measurements would do, or allowing more`;
  return `${seen} beside ${inWords(baseline)}, and ${inWords(allowed)} is to be${remedy}`;
}

function inWords(figure: number | null): string {
  return figure === null ? 'no bound' : String(Number(figure.toPrecision(3)));
}
