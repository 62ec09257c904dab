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
    ]),
    ...(command === null
      ? []
      : ['', `Last asked: ${command.kind} by ${command.by}${command.reason === '' ? '' : ` ("${command.reason}")`}`]),
    ...(rollout.waits
      ? ['', `It waits: almanac rollout resume|skip|promote|abort ${application.name} --env ${environment.name}`]
      : []),
  ];
}

function stepLines(terminal: Terminal, rollout: ReportedRollout): readonly string[] {
  const lines = rollout.steps.map((step, index) => {
    const analysis = rollout.analyses.findLast((each) => each.name === `step-${index + 1}`);
    return `  ${markOf(terminal, rollout, index)} ${index + 1}. ${step.words}${analysisWords(analysis)}`;
  });
  const beside = rollout.analyses.findLast((each) => each.name === 'background');
  return [
    `  ${rollout.weight} % of the requests at the new version`,
    ...lines,
    ...(beside === undefined ? [] : [`  beside the steps${analysisWords(beside)}`]),
    ...rollout.analyses.slice(-1).flatMap((each) => metricLines(terminal, each)),
  ];
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
    return `    ${mark} ${metric.name}: ${figure(metric.candidate)}${against}, ${metric.measurements}${of} measurements${reason}`;
  });
}

function figure(value: number | null): string {
  return value === null ? 'no data' : String(Number(value.toPrecision(3)));
}
