import type { Obstacle, Standing } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { aPlan } from './plans-for-tests.ts';
import { earliestWords, gatesOf, obstacleHealth, until, voices } from './standing.view-model.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const inMinutes = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

function anObstacle(code: Obstacle['code'], earliest: string | null = null): Obstacle {
  return { code, application: null, detail: code, owner: 'somebody', action: 'wait', earliest };
}

const standing = (obstacles: readonly Obstacle[], earliest: string | null = null): Standing => ({
  obstacles: [...obstacles],
  earliest,
});

describe('what stands in the way', () => {
  it('waits where it passes by itself or somebody is asked, and has failed where something must be mended', () => {
    expect(obstacleHealth(anObstacle('outside-window', inMinutes(5)))).toBe('waiting');
    expect(obstacleHealth(anObstacle('approval-missing'))).toBe('waiting');
    expect(obstacleHealth(anObstacle('unconfirmed'))).toBe('warning');
    expect(obstacleHealth(anObstacle('quarantined'))).toBe('failed');
  });

  it('is told beside the findings, not twice', () => {
    const all = standing([anObstacle('finding'), anObstacle('unconfirmed'), anObstacle('frozen')]);

    expect(gatesOf(all).map((each) => each.code)).toEqual(['frozen']);
    expect(earliestWords(standing([anObstacle('finding')]), now)).toBe('Only its findings stand in the way.');
  });

  it('says when it could begin if nobody did anything', () => {
    expect(earliestWords(standing([]), now)).toBe('Nothing stands in the way.');
    expect(earliestWords(standing([anObstacle('approval-missing')]), now)).toBe('It waits until somebody acts.');
    expect(earliestWords(standing([anObstacle('frozen', inMinutes(90))], inMinutes(90)), now)).toBe(
      'If nobody does anything it can begin in 1 h 30 min.',
    );
  });

  it.each([
    [-5, 'now'],
    [0.2, 'in 1 min'],
    [12, 'in 12 min'],
    [59.5, 'in 1 h'],
    [60, 'in 1 h'],
    [119.9, 'in 2 h'],
    [180, 'in 3 h'],
    [1440, 'in 1 day'],
    [7 * 1440, 'in 7 days'],
  ])('a time %d minutes ahead is "%s"', (minutes, words) => {
    expect(until(now + minutes * 60_000, now)).toBe(words);
  });
});

it('voices say whether they count, the newest first', () => {
  const voice = {
    by: 'eve',
    role: 'approver',
    teams: [] as string[],
    comment: '',
    content: 'x',
    withdrawnAt: null,
  } as const;
  const plan = aPlan({
    approvals: [
      { ...voice, verdict: 'approved', valid: false, at: inMinutes(1) },
      { ...voice, verdict: 'rejected', valid: false, at: inMinutes(2), comment: 'not today' },
      { ...voice, verdict: 'approved', valid: false, at: inMinutes(3), withdrawnAt: inMinutes(4) },
      { ...voice, verdict: 'approved', valid: true, at: inMinutes(5) },
    ],
  });

  expect(voices(plan).map(({ words, counts }) => [words, counts])).toEqual([
    ['approved it', true],
    ['approved it, and took that back', false],
    ['sent it back', false],
    ['approved what it contained before: that does not count any more', false],
  ]);
});
