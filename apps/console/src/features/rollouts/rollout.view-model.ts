import type {
  Health,
  ReportedAnalysis,
  ReportedJudgement,
  ReportedMetric,
  ReportedRollout,
  Rollout,
} from '@almanac/protocol';

type Site = Rollout['sites'][number];
type Verdict = NonNullable<ReportedAnalysis['verdict']>;

export interface StepView {
  readonly words: string;
  readonly health: Health;
  /** What its mark means. */
  readonly state: string;
}

export const verdictForms = {
  pass: { health: 'healthy', word: 'pass' },
  marginal: { health: 'warning', word: 'marginal' },
  'insufficient-data': { health: 'warning', word: 'insufficient data' },
  error: { health: 'failed', word: 'error' },
  fail: { health: 'failed', word: 'fail' },
} as const satisfies Record<Verdict, { readonly health: Health; readonly word: string }>;

/** The steps of a rollout on a site, each with where it stands. */
export function stepsOf(rollout: ReportedRollout, phase: Site['phase']): readonly StepView[] {
  const stands = standing(rollout, phase);
  return rollout.steps.map(({ words }, index) => {
    if (index < rollout.step) return { words, health: 'healthy', state: 'done' };
    return index === rollout.step ? { words, ...stands } : { words, health: 'offline', state: 'ahead' };
  });
}

function standing(rollout: ReportedRollout, phase: Site['phase']): Pick<StepView, 'health' | 'state'> {
  if (rollout.hold !== null) return { health: 'waiting', state: 'waits for a person' };
  return phase === 'stepping'
    ? { health: 'progressing', state: 'under way' }
    : { health: 'failed', state: 'ended here' };
}

/** Where a rollout is, in a sentence. */
export function standingWords(site: Site, rollout: ReportedRollout): string {
  if (rollout.hold !== null) return `Waits for ${rollout.decides}: ${rollout.hold.reason}`;
  if (site.phase === 'stepping')
    return `Step ${rollout.step + 1} of ${rollout.steps.length}: ${rollout.steps[rollout.step]?.words ?? ''}`;
  if (rollout.weight === 100) return 'The new version takes all requests';
  return `It was taken back at step ${rollout.step + 1}${site.message === null ? '' : `: ${site.message}`}`;
}

/** Something that a person can ask of a rollout, with the words that say what happens. */
export interface RolloutCommandView {
  readonly kind: 'resume' | 'skip' | 'promote' | 'pause' | 'abort';
  readonly label: string;
  /** What happens then; shown before it does. */
  readonly consequence: string;
  readonly reason: 'optional' | 'required';
  readonly command: string;
}

/** What can be asked of a rollout now; nothing once no site takes steps. */
export function commandsOf(rollout: Rollout): readonly RolloutCommandView[] {
  const stepping = rollout.sites.filter((each) => each.phase === 'stepping' && each.rollout !== null);
  const [first] = stepping;
  if (first === undefined || first.rollout === null) return [];
  const { application, environment } = rollout;
  const [to, from] = [rollout.candidate?.label ?? 'the new version', rollout.stable?.label ?? 'what ran before'];
  const line = (kind: string, reason: string) =>
    `almanac rollout ${kind} ${application.name} --env ${environment.name}${reason}`;
  const step = first.rollout.steps[first.rollout.step]?.words ?? '';
  const resume: RolloutCommandView = {
    kind: 'resume',
    label: `Resume the rollout of ${to}`,
    consequence: 'It goes on from where it is. An analysis that could not decide is made anew.',
    reason: 'optional',
    command: line('resume', ''),
  };
  const pause: RolloutCommandView = {
    kind: 'pause',
    label: `Pause the rollout of ${to}`,
    consequence:
      'Both versions keep their share of the requests until somebody resumes it. A failed analysis still ends it.',
    reason: 'optional',
    command: line('pause', ''),
  };
  return [
    rollout.waits ? resume : pause,
    {
      kind: 'abort',
      label: `Go back to ${from}`,
      consequence: `${from} takes all requests again at once, ${to} is taken out, and the plan fails.`,
      reason: 'required',
      command: line('abort', ' --reason "<why>"'),
    },
    {
      kind: 'skip',
      label: `Skip step ${first.rollout.step + 1}`,
      consequence: `"${step}" is left out. What comes after it is not.`,
      reason: 'required',
      command: line('skip', ' --reason "<why>"'),
    },
    {
      kind: 'promote',
      label: `Give ${to} all requests`,
      consequence: `The steps and analyses that remain are left out: ${to} takes all requests as soon as it has the instances.`,
      reason: 'required',
      command: line('promote', ' --reason "<why>"'),
    },
  ];
}

/** A figure with three digits that matter. */
export function figure(value: number | null): string {
  return value === null ? 'no data' : String(Number(value.toPrecision(3)));
}

/** What is known of a metric, in a sentence. */
export function metricWords(metric: ReportedMetric): string {
  const { measurements, of } = metric;
  const count = of === null || measurements > of ? String(measurements) : `${measurements} of ${of}`;
  const detectable =
    metric.detectable === null ? '' : `; it will see a change of ${Math.round(metric.detectable * 100)} % or more`;
  return `${count} measurements${detectable}`;
}

/** The judge's interval and what is allowed, as places between 0 and 1 on one line; null ends lie at the edge. */
export interface IntervalPicture {
  readonly zero: number;
  readonly point: number;
  readonly from: number;
  readonly to: number;
  readonly allowedFrom: number;
  readonly allowedTo: number;
}

export function intervalPicture(judgement: ReportedJudgement): IntervalPicture {
  const { difference, lower, upper, allowedFrom, allowedTo } = judgement;
  const known = [0, difference, lower, upper, allowedFrom, allowedTo].filter((each) => each !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  // Some room on both sides, so that an end that lies inside is seen to.
  const room = (most - least || 1) * 0.15;
  const place = (value: number | null, edge: 0 | 1) =>
    value === null ? edge : (value - least + room) / (most - least + 2 * room);
  return {
    zero: place(0, 0),
    point: place(difference, 0),
    from: place(lower, 0),
    to: place(upper, 1),
    allowedFrom: place(allowedFrom, 0),
    allowedTo: place(allowedTo, 1),
  };
}

const findings = {
  worse: 'worse than allowed',
  within: 'within what is allowed',
  suspect: 'worse, perhaps within what is allowed',
  unclear: 'nothing is shown yet',
} as const satisfies Record<ReportedJudgement['finding'], string>;

/** What the judge found, and by what. */
export function judgementWords(judgement: ReportedJudgement): string {
  const { look, samples, difference, lower, upper, finding } = judgement;
  const interval =
    lower === null && upper === null
      ? ''
      : `, between ${lower === null ? 'anything' : figure(lower)} and ${upper === null ? 'anything' : figure(upper)}`;
  return `Look ${look}, ${samples} points: a difference of ${figure(difference)}${interval}; ${findings[finding]}`;
}

/** Points of both versions on one axis of time, in seconds, as charts take them. */
export function seriesOf(
  curves: ReportedRollout['curves'],
  key: 'requests' | 'errors' | 'p95',
): readonly [number[], (number | null)[], (number | null)[]] {
  const times = [
    ...new Set([...curves.stable, ...curves.candidate].map((each) => Date.parse(each.at) / 1000)),
  ].toSorted((a, b) => a - b);
  const valuesOf = (points: ReportedRollout['curves']['stable']) => {
    const known = new Map(points.map((each) => [Date.parse(each.at) / 1000, each[key]]));
    return times.map((each) => known.get(each) ?? null);
  };
  return [times, valuesOf(curves.stable), valuesOf(curves.candidate)];
}
