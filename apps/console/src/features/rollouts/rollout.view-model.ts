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
  // What has all requests is on trial for a while.
  const when = rollout.step < rollout.steps.length ? `at step ${rollout.step + 1}` : 'after the last step';
  return `It was taken back ${when}${site.message === null ? '' : `: ${site.message}`}`;
}

/** What tells one verdict from the others. */
export function verdictKey(site: Site['site'], analysis: { readonly name: string; readonly run: number }): string {
  return `${site.id} ${analysis.name} ${analysis.run}`;
}

/** The verdicts whose metrics are shown in full: of each site the last analysis. */
export function explainedBy(sites: readonly Site[]): ReadonlySet<string> {
  return new Set(
    sites.flatMap(({ site, rollout }) => {
      const last = rollout?.analyses.at(-1);
      return last === undefined ? [] : [verdictKey(site, last)];
    }),
  );
}

/** What somebody last asked of a site alone, in a sentence. */
export function askedWords({ kind, by, reason }: NonNullable<Site['command']>): string {
  return `Asked of this site alone: ${kind}, by ${by}${reason === '' ? '' : `: ${reason}`}`;
}

/** Something that a person can ask of a rollout, with the words that say what happens. */
export interface RolloutCommandView {
  readonly kind: 'resume' | 'skip' | 'promote' | 'pause' | 'abort';
  readonly label: string;
  /** What happens then; shown before it does. */
  readonly consequence: string;
  readonly reason: 'optional' | 'required';
  readonly command: string;
  /** The index of the step that was seen, which is skipped. */
  readonly step: number;
}

/** What can be asked of a rollout now, of all sites or of one alone; nothing once none of them takes steps. */
export function commandsOf(rollout: Rollout, site: Site | null): readonly RolloutCommandView[] {
  const asked = site === null ? rollout.sites : [site];
  const first = asked.find((each) => each.phase === 'stepping' && each.rollout !== null);
  if (first === undefined || first.rollout === null) return [];
  const { application, environment } = rollout;
  const [to, from] = [rollout.candidate?.label ?? 'the new version', rollout.stable?.label ?? 'what ran before'];
  const where = site === null ? '' : ` on ${site.site.name}`;
  const line = (kind: string, reason: string) =>
    `almanac rollout ${kind} ${application.name} --env ${environment.name}${site === null ? '' : ` --site ${site.site.name}`}${reason}`;
  const waits = asked.some((each) => each.rollout?.operation === rollout.operation && each.rollout.hold !== null);
  const { step } = first.rollout;
  const words = first.rollout.steps[step]?.words ?? '';
  const resume: RolloutCommandView = {
    kind: 'resume',
    label: `Resume the rollout of ${to}${where}`,
    consequence: 'It goes on from where it is. An analysis that could not decide is made anew.',
    reason: 'optional',
    command: line('resume', ''),
    step,
  };
  const pause: RolloutCommandView = {
    kind: 'pause',
    label: `Pause the rollout of ${to}${where}`,
    consequence:
      'Both versions keep their share of the requests until somebody resumes it. A failed analysis still ends it.',
    reason: 'optional',
    command: line('pause', ''),
    step,
  };
  return [
    waits ? resume : pause,
    {
      kind: 'abort',
      label: `Go back to ${from}${where}`,
      consequence: `${from} takes all requests again${where}, ${to} is taken out, and the plan ${site === null ? 'fails' : 'takes the site for failed'}.`,
      reason: 'required',
      command: line('abort', ' --reason "<why>"'),
      step,
    },
    {
      kind: 'skip',
      label: `Skip step ${step + 1}${where}`,
      consequence: `"${words}" is left out. What comes after it is not.`,
      reason: 'required',
      command: line('skip', ' --reason "<why>"'),
      step,
    },
    {
      kind: 'promote',
      label: `Give ${to} all requests${where}`,
      consequence: `The steps and analyses that remain are left out: ${to} takes all requests as soon as it has the instances.`,
      reason: 'required',
      command: line('promote', ' --reason "<why>"'),
      step,
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

/** Who takes a part of the requests, in the order in which they stand on the bar. */
export interface ShareView {
  readonly kind: 'stable' | 'baseline' | 'candidate';
  readonly label: string;
  readonly weight: number;
}

/** How the requests are divided; a fresh baseline is there only while it takes some. */
export function sharesOf(site: Site, rollout: ReportedRollout): readonly ShareView[] {
  const { weight, baselineWeight } = rollout;
  const before = site.stable?.label ?? 'before';
  return [
    { kind: 'stable', label: before, weight: round(100 - weight - baselineWeight) },
    ...(baselineWeight === 0
      ? []
      : [{ kind: 'baseline', label: `${before}, started to compare with`, weight: baselineWeight } as const]),
    { kind: 'candidate', label: site.candidate?.label ?? 'new', weight },
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Points of both versions and a baseline on one axis of time, in seconds, as charts take them. */
export function seriesOf(
  curves: ReportedRollout['curves'],
  key: 'requests' | 'errors' | 'p95',
): readonly [number[], (number | null)[], (number | null)[], (number | null)[]] {
  const times = [
    ...new Set([...curves.stable, ...curves.candidate, ...curves.baseline].map((each) => Date.parse(each.at) / 1000)),
  ].toSorted((a, b) => a - b);
  const valuesOf = (points: ReportedRollout['curves']['stable']) => {
    const known = new Map(points.map((each) => [Date.parse(each.at) / 1000, each[key]]));
    return times.map((each) => known.get(each) ?? null);
  };
  return [times, valuesOf(curves.stable), valuesOf(curves.candidate), valuesOf(curves.baseline)];
}
