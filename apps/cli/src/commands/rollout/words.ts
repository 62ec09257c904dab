import type { ReportedAnalysis, ReportedRollout, Rollout } from '@almanac/protocol';
import type { Terminal } from '../../output/terminal.ts';
import { healthMark } from '../../output/words.ts';

const verdictHealth = {
  pass: 'healthy',
  marginal: 'warning',
  fail: 'failed',
  'insufficient-data': 'warning',
  error: 'failed',
} as const;

/** A rollout for people: its sites, their steps, what was analysed, and what there is to decide. */
export function rolloutLines(terminal: Terminal, rollout: Rollout): readonly string[] {
  const { application, environment, candidate, stable, plan, command } = rollout;
  const from = stable === null ? '' : ` after ${stable.label}`;
  return [
    `${application.name} ${candidate?.label ?? ''}${from} in ${environment.name}, by plan ${plan.number}`,
    ...rollout.sites.flatMap((each) => [
      '',
      `${each.site.name}: ${each.online ? each.phase : 'offline'}${each.message === null ? '' : `, ${each.message}`}`,
      ...(each.rollout === null ? [] : stepLines(terminal, each.rollout)),
      ...(each.command === null ? [] : [`  Last asked of this site alone: ${commandWords(each.command)}`]),
    ]),
    ...(command === null ? [] : ['', `Last asked: ${commandWords(command)}`]),
    ...(rollout.waits
      ? ['', `It waits: almanac rollout resume|skip|promote|abort ${application.name} --env ${environment.name}`]
      : []),
  ];
}

function commandWords({ kind, by, reason }: NonNullable<Rollout['command']>): string {
  return `${kind} by ${by}${reason === '' ? '' : ` ("${reason}")`}`;
}

function stepLines(terminal: Terminal, rollout: ReportedRollout): readonly string[] {
  const lines = rollout.steps.map((step, index) => {
    const analysis = rollout.analyses.findLast((each) => each.name === `step-${index + 1}`);
    return `  ${markOf(terminal, rollout, index)} ${index + 1}. ${step.words}${analysisWords(analysis)}`;
  });
  const beside = rollout.analyses.findLast((each) => each.name === 'background');
  return [
    `  ${rollout.weight} % of the requests at the new version${besideWords(rollout)}`,
    ...lines,
    ...(beside === undefined ? [] : [`  beside the steps${analysisWords(beside)}`]),
    ...rollout.analyses.slice(-1).flatMap((each) => metricLines(terminal, each)),
  ];
}

function besideWords({ baselineWeight }: ReportedRollout): string {
  return baselineWeight === 0 ? '' : `, ${baselineWeight} % at a fresh baseline of the one before`;
}

function markOf(terminal: Terminal, rollout: ReportedRollout, index: number): string {
  if (index < rollout.step) return healthMark(terminal, 'healthy');
  if (index > rollout.step) return healthMark(terminal, 'offline');
  return healthMark(terminal, rollout.hold === null ? 'progressing' : 'waiting');
}

function analysisWords(analysis: ReportedAnalysis | undefined): string {
  if (analysis === undefined) return '';
  return `: ${analysis.verdict ?? 'under way'}${analysis.reason === null ? '' : ` (${analysis.reason})`}`;
}

function metricLines(terminal: Terminal, analysis: ReportedAnalysis): readonly string[] {
  return analysis.metrics.map((metric) => {
    const mark = healthMark(terminal, metric.verdict === null ? 'progressing' : verdictHealth[metric.verdict]);
    const against = metric.baseline === null ? '' : ` against ${figure(metric.baseline)}`;
    const of = metric.of === null ? '' : ` of ${metric.of}`;
    const reason = metric.reason === null ? '' : `; ${metric.reason}`;
    const sees =
      metric.detectable === null ? '' : `, which see a change of ${Math.round(metric.detectable * 100)} % or more`;
    return `    ${mark} ${metric.name}: ${figure(metric.candidate)}${against}, ${metric.measurements}${of} measurements${sees}${reason}`;
  });
}

function figure(value: number | null): string {
  return value === null ? 'no data' : String(Number(value.toPrecision(3)));
}
