import type { ReportedJudgement, ReportedRollout, Rollout } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { aBuild } from '../plans/plans-for-tests.ts';
import {
  commandsOf,
  explainedBy,
  intervalPicture,
  judgementWords,
  seriesOf,
  sharesOf,
  standingWords,
  stepsOf,
  verdictKey,
} from './rollout.view-model.ts';

const at = '2026-01-01T00:00:00.000Z';
const hold = { cause: 'marginal', reason: 'it cannot tell', since: at, until: at };
const canary = (other: Partial<ReportedRollout> = {}): ReportedRollout => ({
  operation: 'op',
  strategy: 'canary',
  steps: [
    { kind: 'weight', words: '10 % of the requests' },
    { kind: 'analyse', words: 'analysis' },
    { kind: 'weight', words: 'all requests' },
  ],
  step: 1,
  since: at,
  weight: 10,
  baselineWeight: 0,
  candidate: aBuild('1.5.0').id,
  stable: aBuild('1.4.0').id,
  hold: null,
  decides: 'ada',
  promoted: false,
  warmUntil: null,
  commanded: 0,
  analyses: [],
  curves: { candidate: [], stable: [], baseline: [] },
  ...other,
});
const onSite = (
  phase: Rollout['sites'][number]['phase'],
  other: Partial<ReportedRollout> = {},
  message: string | null = null,
): Rollout['sites'][number] => ({
  site: { id: 'site' as Rollout['sites'][number]['site']['id'], name: 'berlin' },
  online: true,
  phase,
  message,
  command: null,
  rollout: canary(other),
  candidate: aBuild('1.5.0'),
  stable: aBuild('1.4.0'),
});
const rolloutAt = (...sites: Rollout['sites']): Rollout => ({
  application: { id: 'shop' as Rollout['application']['id'], name: 'shop' },
  environment: { id: 'production' as Rollout['environment']['id'], name: 'production' },
  operation: 'op',
  plan: { id: 'plan' as Rollout['plan']['id'], number: 7 },
  candidate: aBuild('1.5.0'),
  stable: aBuild('1.4.0'),
  waits: sites.some((each) => each.rollout?.hold != null),
  command: null,
  sites,
  verdicts: [],
});

describe('a rollout on a site', () => {
  it.each([
    ['stepping', {}, null, ['done', 'under way', 'ahead'], 'Step 2 of 3: analysis'],
    ['stepping', { hold }, null, ['done', 'waits for a person', 'ahead'], 'Waits for ada: it cannot tell'],
    ['healthy', { step: 3, weight: 100 }, null, ['done', 'done', 'done'], 'The new version takes all requests'],
    [
      'failed',
      { weight: 0 },
      'errors: 40 %',
      ['done', 'ended here', 'ahead'],
      'It was taken back at step 2: errors: 40 %',
    ],
    [
      'failed',
      { step: 3, weight: 0 },
      'web does not stay up',
      ['done', 'done', 'done'],
      'It was taken back after the last step: web does not stay up',
    ],
  ] as const)('that is %s, %o, says where it stands', (phase, other, message, states, words) => {
    const site = onSite(phase, other, message);

    expect(stepsOf(canary(other), phase).map((each) => each.state)).toEqual(states);
    expect(standingWords(site, canary(other))).toBe(words);
  });

  it('explains the verdict of its last analysis beside the metrics, and no earlier one', () => {
    const analysis = (run: number) =>
      ({
        name: 'step-2',
        run,
        startedAt: at,
        verdict: null,
        decidedAt: null,
        reason: null,
        metrics: [] as never[],
      }) as const;
    const site = onSite('stepping', { analyses: [analysis(0), analysis(1)] });

    expect(explainedBy([site, onSite('stepping')])).toEqual(new Set([verdictKey(site.site, analysis(1))]));
  });
});

describe('the requests of a rollout', () => {
  const labels = (other: Partial<ReportedRollout>) =>
    sharesOf(onSite('stepping'), canary(other)).map(({ label, weight }) => [label, weight]);

  it('are divided between both versions', () => {
    expect(labels({ weight: 10 })).toEqual([
      ['1.4.0', 90],
      ['1.5.0', 10],
    ]);
  });

  it('are divided with a fresh baseline while it takes some', () => {
    expect(labels({ weight: 0.3, baselineWeight: 0.3 })).toEqual([
      ['1.4.0', 99.4],
      ['1.4.0, started to compare with', 0.3],
      ['1.5.0', 0.3],
    ]);
  });
});

describe('what can be asked of a rollout', () => {
  it('is to resume it where it waits, and to pause it where it does not', () => {
    expect(commandsOf(rolloutAt(onSite('stepping', { hold })), null).map((each) => each.kind)).toEqual([
      'resume',
      'abort',
      'skip',
      'promote',
    ]);
    expect(commandsOf(rolloutAt(onSite('stepping')), null)[0]?.kind).toBe('pause');
  });

  it('names both versions and what happens to them', () => {
    const [, abort, skip] = commandsOf(rolloutAt(onSite('stepping')), null);

    expect(abort?.label).toBe('Go back to 1.4.0');
    expect(abort?.consequence).toBe('1.4.0 takes all requests again, 1.5.0 is taken out, and the plan fails.');
    expect(skip?.label).toBe('Skip step 2');
    expect(skip?.command).toBe('almanac rollout skip shop --env production --reason "<why>"');
  });

  it('is of one site alone what that site can do, and names it', () => {
    const [waiting, moving] = [onSite('stepping', { hold }), onSite('stepping', { step: 0 })];
    const commands = commandsOf(rolloutAt(waiting, moving), moving);

    expect(commands.map((each) => each.label)).toEqual([
      'Pause the rollout of 1.5.0 on berlin',
      'Go back to 1.4.0 on berlin',
      'Skip step 1 on berlin',
      'Give 1.5.0 all requests on berlin',
    ]);
    expect(commands[0]?.command).toBe('almanac rollout pause shop --env production --site berlin');
    expect(commands[1]?.consequence).toContain('the plan takes the site for failed');
  });

  it('is nothing once no site takes steps', () => {
    expect(commandsOf(rolloutAt(onSite('healthy')), null)).toEqual([]);
  });
});

describe('what the judge found', () => {
  const judgement: ReportedJudgement = {
    look: 2,
    last: false,
    method: 'shift',
    samples: 30,
    baseline: 100,
    difference: 30,
    lower: 20,
    upper: null,
    allowedFrom: null,
    allowedTo: 10,
    inflation: 1,
    probability: 0.001,
    level: 0.01,
    finding: 'worse',
    hash: 'sha256:0',
  };

  it('is drawn in the order of its figures, with room on both sides', () => {
    const { zero, allowedTo, from, point, to, allowedFrom } = intervalPicture(judgement);

    expect(allowedFrom).toBe(0);
    expect(0 < zero && zero < allowedTo && allowedTo < from && from < point && point < to).toBe(true);
    expect(to).toBe(1);
  });

  it('is said in words', () => {
    expect(judgementWords(judgement)).toBe(
      'Look 2, 30 points: a difference of 30, between 20 and anything; worse than allowed',
    );
  });
});

describe('the curves of both versions', () => {
  it('lie on one axis of time, with gaps where one of them was not seen', () => {
    const point = (second: number, requests: number) => ({
      at: new Date(second * 1000).toISOString(),
      requests,
      errors: null,
      p95: null,
    });
    const curves = { stable: [point(5, 10), point(10, 9)], candidate: [point(10, 1)], baseline: [point(5, 2)] };

    expect(seriesOf(curves, 'requests')).toEqual([
      [5, 10],
      [10, 9],
      [null, 1],
      [2, null],
    ]);
  });
});
