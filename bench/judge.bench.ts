import { type ComparisonRule, verdictOfAnalysis } from '@almanac/domain';
import type { Benchmark, Figure } from './benchmark.ts';
import { analysisOf, rates, values, verdictOn } from './judge/our-judge.ts';
import { referenceInterval, referenceRule } from './judge/reference-rule.ts';
import { failures, latencies, seeded } from './judge/series.ts';

const trials = 1000;
/** The most false alarms that there may be, in per cent; what a thousand trials show may be off by a little. */
const most = 2;
const atMost = { words: `at most ${most}`, holds: (median: number) => median <= most };

/** Whatever is worse, even by a thousandth, is a failure: the strictest that can be asked for. */
const strict: ComparisonRule = {
  kind: 'comparison',
  worse: 'either',
  allowed: 0.001,
  goodEnough: null,
  confidence: 0.98,
};
/** What the reference allows of a difference of a fifth. */
const tolerant: ComparisonRule = { ...strict, allowed: 0.05 };

interface Trial {
  readonly random: () => number;
  readonly count: number;
  readonly correlation: number;
  readonly times: number;
}

/** The share of trials, in per cent, in which something is found. */
function shareOf(seed: number, found: (random: () => number) => boolean): number {
  const random = seeded(seed);
  let times = 0;
  for (let trial = 0; trial < trials; trial += 1) if (found(random)) times += 1;
  return (100 * times) / trials;
}

function drawPair(trial: Trial): { readonly candidate: readonly number[]; readonly baseline: readonly number[] } {
  return { candidate: latencies(trial), baseline: latencies({ ...trial, times: 1 }) };
}

function oursFinds(trial: Trial, given: { readonly looks: number; readonly rule: ComparisonRule }): boolean {
  const { candidate, baseline } = drawPair(trial);
  const metrics = [{ candidate: values(candidate), baseline: values(baseline) }];
  return verdictOn({ metrics, ...given }) === 'fail';
}

function referenceFinds(trial: Trial, looks: number): boolean {
  const { candidate, baseline } = drawPair(trial);
  for (let look = 1; look <= looks; look += 1) {
    const upTo = Math.ceil((look * trial.count) / looks);
    if (upTo < 8 && look < looks) continue;
    if (referenceRule(candidate.slice(0, upTo), baseline.slice(0, upTo)) !== 'pass') return true;
  }
  return false;
}

/** Ours and the reference on the same series. */
function bothOn(
  figure: string,
  trial: Omit<Trial, 'random'>,
  given: { readonly looks: number; readonly rule: ComparisonRule; readonly seed: number; readonly bar?: Figure['bar'] },
): readonly Figure[] {
  const { looks, rule, seed, bar } = given;
  const ours = shareOf(seed, (random) => oursFinds({ ...trial, random }, { looks, rule }));
  const reference = shareOf(seed, (random) => referenceFinds({ ...trial, random }, looks));
  return [
    { figure, unit: '%', values: [ours], ...(bar === undefined ? {} : { bar }) },
    { figure: `${figure}, reference`, unit: '%', values: [reference] },
  ];
}

function falseAlarms(): readonly Figure[] {
  return [60, 120].flatMap((count) =>
    [0, 0.3, 0.6, 0.8, 0.9].flatMap((correlation) =>
      bothOn(
        `false alarms, ${count} points, each telling ${correlation} of the next`,
        { count, correlation, times: 1 },
        { looks: 1, rule: strict, seed: 11, bar: atMost },
      ),
    ),
  );
}

function falseAlarmsOfLooks(): readonly Figure[] {
  return [1, 5, 10, 20].flatMap((looks) =>
    bothOn(
      `false alarms, 120 points, ${looks} looks`,
      { count: 120, correlation: 0, times: 1 },
      { looks, rule: strict, seed: 22, bar: atMost },
    ),
  );
}

/** Ten metrics without any change: an alarm of one is an alarm of all. */
function falseAlarmsOfFamily(): Figure {
  const found = shareOf(33, (random) => {
    const metrics = Array.from({ length: 10 }, () => {
      const { candidate, baseline } = drawPair({ random, count: 60, correlation: 0, times: 1 });
      return { candidate: values(candidate), baseline: values(baseline) };
    });
    return verdictOn({ metrics, looks: 1, rule: strict }) === 'fail';
  });
  return { figure: 'false alarms, ten metrics together', unit: '%', values: [found], bar: atMost };
}

function power(): readonly Figure[] {
  const sizes = [50, 60, 120, 240].flatMap((count) =>
    [1.1, 1.2, 1.3].map((times) => ({ count, times, correlation: 0 })),
  );
  const correlated = [0.3, 0.6, 0.8].map((correlation) => ({ count: 120, times: 1.3, correlation }));
  return [...sizes, ...correlated].flatMap((trial) => {
    const { count, times, correlation } = trial;
    const name = `+${Math.round(100 * (times - 1))} % found, ${count} points, each telling ${correlation} of the next`;
    return bothOn(name, trial, { looks: 1, rule: tolerant, seed: 44 });
  });
}

/** Unchanged versions before gates that say beforehand whether they will see enough. */
function foresight(): readonly Figure[] {
  return [
    { correlation: 0, allowed: 0.2 },
    { correlation: 0.6, allowed: 0.4 },
  ].flatMap(({ correlation, allowed }) => {
    let [begun, passed] = [0, 0];
    const refused = shareOf(88, (random) => {
      const trial = { random, count: 120, correlation, times: 1 };
      const { candidate, baseline } = drawPair(trial);
      const before = values(latencies(trial));
      const metrics = [{ candidate: values(candidate), baseline: values(baseline), before }];
      const analysis = analysisOf({ metrics, looks: 5, rule: { ...strict, worse: 'higher', allowed } });
      if (analysis.metrics[0]?.foresight?.sees !== true) return true;
      begun += 1;
      if (verdictOfAnalysis(analysis) === 'pass') passed += 1;
      return false;
    });
    const name = `${100 * allowed} % allowed, 120 points, each telling ${correlation} of the next`;
    const bar = { words: 'at least 90', holds: (median: number) => median >= 90 };
    return [
      { figure: `refused for what it cannot see, ${name}`, unit: '%', values: [refused] },
      {
        figure: `unchanged and passed, where it was not refused, ${name}`,
        unit: '%',
        values: [(100 * passed) / begun],
        bar,
      },
    ];
  });
}

/** Errors among 1000 requests in each of 60 periods on either side. */
function errors(): readonly Figure[] {
  const rule: ComparisonRule = { ...strict, worse: 'higher', allowed: 0.2, goodEnough: 0.001 };
  const found = (given: { readonly share: number; readonly burst: number }) =>
    shareOf(55, (random) => {
      const draw = (share: number) =>
        rates(failures({ random, count: 60, requests: 1000, share, burst: given.burst }), 1000);
      const metrics = [{ candidate: draw(given.share), baseline: draw(0.005) }];
      return verdictOn({ metrics, looks: 5, rule }) === 'fail';
    });
  const figure = (name: string, value: number) => ({ figure: name, unit: '%', values: [value] });
  return [
    { ...figure('false alarms, errors one by one', found({ share: 0.006, burst: 1 })), bar: atMost },
    { ...figure('false alarms, errors in bursts of ten', found({ share: 0.006, burst: 10 })), bar: atMost },
    figure('twice as many errors found', found({ share: 0.01, burst: 1 })),
  ];
}

/** Processor time of one look at 240 points on either side, the hash included. */
function timeOfLook(): Figure {
  const random = seeded(66);
  const look = () => void oursFinds({ random, count: 240, correlation: 0.3, times: 1 }, { looks: 1, rule: tolerant });
  for (let round = 0; round < 50; round += 1) look();
  const turns = Array.from({ length: 50 }, () => {
    const before = process.cpuUsage();
    look();
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000;
  });
  return { figure: '240 by 240 points', unit: 'ms', values: turns, bar: { words: 'under 10', holds: (ms) => ms < 10 } };
}

/** How wide the reference's interval is at a scale, as a share of what it is at another: 1 when scale makes no difference. */
function widthAtScale(scale: number): Figure {
  const { candidate, baseline } = drawPair({ random: seeded(77), count: 60, correlation: 0, times: 1.2 });
  const width = (factor: number) => {
    const { lower, upper } = referenceInterval(
      candidate.map((each) => each * factor),
      baseline.map((each) => each * factor),
    );
    return (upper - lower) / factor;
  };
  return {
    figure: `width of the interval at a scale of ${scale}, reference`,
    unit: '×',
    values: [width(scale) / width(1)],
  };
}

/** What the judge finds where nothing is, and what it does not find where something is. */
export const benchmark: Benchmark = {
  name: 'judge',
  about: `${trials} simulated analyses for each figure, log-normal with a spread of 0.3; the reference is the rule that is widely used, on the same series`,
  run: async () => [
    timeOfLook(),
    ...falseAlarms(),
    ...falseAlarmsOfLooks(),
    falseAlarmsOfFamily(),
    ...errors(),
    ...power(),
    ...foresight(),
    widthAtScale(1e-6),
  ],
};
