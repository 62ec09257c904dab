import { describe, expect, test } from 'vitest';
import { DomainError } from '../refusal/refusal.ts';
import { advanceFleet, resumeFleet, returnFrom } from './advance-fleet.ts';
import { decideRings } from './check-policy.ts';
import type { RingCounts } from './count-rings.ts';
import { type Fleet, type FleetSite, newFleet, type PlacedSite } from './fleet.ts';
import { aFleetSite, aPolicy, aRing } from './fleet-for-tests.ts';
import { judgeRing } from './judge-ring.ts';
import { placeSites } from './place-sites.ts';
import { planMoves } from './plan-moves.ts';

const minute = 60_000;
const canary = aRing('canary', { sites: { kind: 'labels', labels: { tier: 'canary' } } });
const tenth = aRing('tenth', { sites: { kind: 'share', percent: 10 } });
const rest = aRing('rest');

describe('rings of an environment', () => {
  test.each([
    ['no ring takes what is left', [canary], 'the last ring takes what is left'],
    ['nothing is left for the last', [aRing('all'), rest], 'ring all leaves nothing'],
    ['two are called alike', [canary, { ...canary }, rest], 'two rings are called canary'],
    ['a ring names no label', [aRing('any', { sites: { kind: 'labels', labels: {} } }), rest], 'names no label'],
    ['there is none', [], 'the last ring takes what is left'],
  ])('are refused when %s', (_, rings, words) => {
    expect(() => decideRings(aPolicy(rings))).toThrow(DomainError);
    expect(() => decideRings(aPolicy(rings))).toThrow(words);
  });

  test('are accepted when the last one takes what is left', () => {
    expect(decideRings(aPolicy([canary, tenth, rest])).rings).toHaveLength(3);
  });
});

describe('a ring is judged by its counts', () => {
  const counts = (given: Partial<RingCounts>): RingCounts => {
    const own = { done: 0, failed: 0, offline: 0, waiting: 0, ...given };
    return { total: own.done + own.failed + own.offline + own.waiting, ...own };
  };
  test.each([
    ['it has no site', {}, {}, 'passes'],
    ['all have it', {}, { done: 10 }, 'passes'],
    ['one still works', {}, { done: 9, waiting: 1 }, 'waits'],
    ['nine of ten are enough', { successThreshold: 90 }, { done: 9, waiting: 1 }, 'passes'],
    ['one of ten may fail', { successThreshold: 90, errorThreshold: 10 }, { done: 9, failed: 1 }, 'passes'],
    ['two of ten are too many', { successThreshold: 80, errorThreshold: 10 }, { done: 8, failed: 2 }, 'fails'],
    ['exactly the threshold failed', { successThreshold: 50, errorThreshold: 50 }, { done: 1, failed: 1 }, 'passes'],
    ['too few came to an end to judge', { errorThreshold: 10, minExecuted: 5 }, { failed: 1, waiting: 9 }, 'waits'],
    ['enough came to an end', { errorThreshold: 10, minExecuted: 5 }, { done: 4, failed: 1, waiting: 5 }, 'fails'],
    ['few, and it falls short', { minExecuted: 5, successThreshold: 80 }, { done: 2, failed: 1 }, 'fails'],
    ['few, and it is enough', { minExecuted: 5, successThreshold: 60 }, { done: 2, failed: 1 }, 'passes'],
    ['nobody can be reached', {}, { offline: 3 }, 'waits'],
    ['the reachable ones have it', {}, { done: 1, offline: 9 }, 'passes'],
    ['too many are offline', { maxOffline: 20 }, { done: 7, offline: 3 }, 'waits'],
    ['as many are offline as may be', { maxOffline: 30 }, { done: 7, offline: 3 }, 'passes'],
    [
      'too many are offline to be short',
      { maxOffline: 20, minExecuted: 9 },
      { done: 1, failed: 2, offline: 7 },
      'waits',
    ],
  ] as const)('when %s', (_, ring, given, verdict) => {
    expect(judgeRing(aRing('ring', ring), { accepted: 0 }, counts(given)).verdict).toBe(verdict);
  });

  test('failures that somebody accepted are left out', () => {
    const judged = judgeRing(aRing('ring'), { accepted: 2 }, counts({ done: 8, failed: 2 }));

    expect(judged.verdict).toBe('passes');
  });

  test('a ring stops again where all of it failed, whatever was accepted: nobody shows that it works', () => {
    const judged = judgeRing(aRing('ring'), { accepted: 2 }, counts({ failed: 2 }));

    expect(judged).toEqual({ verdict: 'fails', reason: '0 of 2 sites succeeded, less than 100 %' });
  });
});

describe('sites find their ring', () => {
  const policy = aPolicy([canary, tenth, rest]);
  const sites = Array.from({ length: 41 }, (_, index) =>
    aFleetSite(String(index), { labels: index === 7 ? { tier: 'canary' } : {} }),
  );

  test('by label, by share of what is left, and the rest', () => {
    const placed = placeSites(policy, sites);

    expect(placed.filter((each) => each.ring === 0).map((each) => each.site)).toEqual(['site-7']);
    expect(placed.filter((each) => each.ring === 1)).toHaveLength(4);
    expect(placed.filter((each) => each.ring === 2)).toHaveLength(36);
  });

  test('a share of few sites is one site at least', () => {
    const placed = placeSites(aPolicy([tenth, rest]), sites.slice(0, 3));

    expect(placed.filter((each) => each.ring === 0)).toHaveLength(1);
  });

  test('and keep it when their labels change', () => {
    const placed = placeSites(policy, sites).map((each): FleetSite => ({ ...each, labels: { tier: 'canary' } }));

    expect(placeSites(policy, placed)).toEqual(placed);
  });

  test('who joins later goes where its labels say, else to the last', () => {
    const joined = [aFleetSite('a', { labels: { tier: 'canary' } }), aFleetSite('b')];

    const placed = placeSites(policy, [...placeSites(policy, sites), ...joined]);

    expect(placed.find((each) => each.site === 'site-a')?.ring).toBe(0);
    expect(placed.find((each) => each.site === 'site-b')?.ring).toBe(2);
  });
});

describe('a change goes over rings', () => {
  const policy = aPolicy([aRing('first', { soak: 5, errorThreshold: 10, minExecuted: 2 }), rest]);
  const at = (ring: number, given: Partial<FleetSite>): PlacedSite => ({
    ...aFleetSite(`${ring}-${JSON.stringify(given)}`, { told: true, ...given }),
    ring,
  });
  const states = (fleet: Fleet) => fleet.rings.map((each) => each.state);
  const go = (fleet: Fleet, sites: readonly PlacedSite[], now: number) => advanceFleet(fleet, { policy, sites }, now);
  const working = [at(0, {}), at(1, { told: false })];
  const firstDone = [at(0, { outcome: 'done' }), at(1, { told: false })];

  test('the next ring waits until the one before has it and soaked', () => {
    const begun = go(newFleet(policy), working, 0).fleet;
    const soaking = go(begun, firstDone, minute).fleet;
    const early = go(soaking, firstDone, 5 * minute).fleet;
    const passed = go(early, firstDone, 6 * minute).fleet;

    expect(states(begun)).toEqual(['running', 'waiting']);
    expect(states(soaking)).toEqual(['soaking', 'waiting']);
    expect(early).toBe(soaking);
    expect(states(passed)).toEqual(['passed', 'running']);
  });

  test('a ring that falls short while it soaks begins to soak anew', () => {
    const soaking = go(go(newFleet(policy), working, 0).fleet, firstDone, 0).fleet;
    const short = go(soaking, [at(0, { outcome: 'working' }), at(1, { told: false })], 4 * minute).fleet;
    const again = go(short, firstDone, 5 * minute).fleet;

    expect(states(short)).toEqual(['running', 'waiting']);
    expect(states(go(again, firstDone, 9 * minute).fleet)).toEqual(['soaking', 'waiting']);
  });

  test('a ring that passed stops the change when its sites fail later', () => {
    const passed: Fleet = {
      rings: newFleet(policy).rings.map((each, index) => ({ ...each, state: index === 0 ? 'passed' : 'running' })),
    };
    const later = go(passed, [at(0, { outcome: 'failed' }), at(0, { outcome: 'done' }), at(1, {})], minute);

    expect(later.outcome).toMatchObject({ kind: 'stopped', onError: 'pause' });
    expect(states(later.fleet)).toEqual(['stopped', 'running']);
  });

  test('who continues accepts what failed, and a ring that went back is taken anew', () => {
    const stopped = go(
      go(newFleet(policy), working, 0).fleet,
      [at(0, { outcome: 'failed' }), at(0, { outcome: 'done' })],
      minute,
    ).fleet;
    const back = returnFrom(stopped, 0, minute);

    expect(resumeFleet(stopped, minute).rings[0]).toMatchObject({ state: 'running', accepted: 1 });
    expect(states(back)).toEqual(['returned', 'waiting']);
    expect(states(resumeFleet(back, minute))).toEqual(['waiting', 'waiting']);
  });

  test('a ring that is taken anew goes by nothing that its sites say of the try before', () => {
    const anew = go(newFleet(policy), working, 0).fleet;

    for (const outcome of ['done', 'failed'] as const)
      expect(go(anew, [at(0, { told: false, outcome })], minute).fleet).toBe(anew);
  });
});

describe('sites are told', () => {
  const site = (name: string, given: Partial<FleetSite> = {}): PlacedSite => ({ ...aFleetSite(name, given), ring: 0 });
  const begun: Fleet = { rings: [{ name: 'rest', state: 'running', since: 0, failed: 0, accepted: 0 }] };
  const moves = (sites: readonly PlacedSite[], link: string | null = null, fleet = begun) =>
    planMoves(fleet, {
      policy: aPolicy([rest], link === null ? null : { label: link, atOnce: 1 }),
      sites,
      kept: new Map(sites.map((each) => [each.site, each.ring])),
      resting: false,
    }).map((each) => `${each.site} ${each.told ? 'takes' : 'holds'}`);

  test('when they are online and their ring began', () => {
    expect(moves([site('a'), site('b', { online: false })])).toEqual(['site-a takes']);
  });

  test('nothing, where all is as it should be', () => {
    expect(moves([site('a', { told: true }), site('b', { told: true, outcome: 'done' })])).toEqual([]);
  });

  test('so many of a link at a time, in order', () => {
    const labels = { line: 'north' };
    const first = [site('a', { labels }), site('b', { labels }), site('c')];
    const ended = [
      site('a', { labels, told: true, outcome: 'failed' }),
      site('b', { labels }),
      site('c', { told: true }),
    ];

    expect(moves(first, 'line')).toEqual(['site-a takes', 'site-c takes']);
    expect(moves(ended, 'line')).toEqual(['site-b takes']);
  });

  test('a site that went away gives its place on the link back', () => {
    const labels = { line: 'north' };
    const sites = [site('a', { labels, told: true, online: false }), site('b', { labels })];

    expect(moves(sites, 'line')).toEqual(['site-a holds', 'site-b takes']);
    expect(moves(sites)).toEqual(['site-b takes']);
  });

  test('nothing anew, as long as they have not left an earlier try', () => {
    expect(moves([site('a', { outcome: 'failed' }), site('b', { outcome: 'done' })])).toEqual([]);
    expect(moves([site('a', { inStep: false }), site('b')])).toEqual(['site-b takes']);
  });

  test('to hold, once their ring went back', () => {
    const back: Fleet = { rings: begun.rings.map((each) => ({ ...each, state: 'returned' })) };

    expect(moves([site('a', { told: true, outcome: 'done' })], null, back)).toEqual(['site-a holds']);
  });
});
