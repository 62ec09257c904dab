import type { RingProgress } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { anOperation, aPlan } from './plans-for-tests.ts';
import { mayReturn, returnConsequence, ringParts, ringWords } from './rings.view-model.ts';

const counts = { total: 10, done: 7, failed: 1, offline: 2, waiting: 0 };
const ring = (name: string, state: RingProgress['state']): RingProgress => ({ name, state, since: null, counts });

describe('rings of a plan', () => {
  it('show how many sites stand how, without what is nobody', () => {
    expect(ringParts(counts).map((each) => `${each.kind} ${each.share}`)).toEqual([
      'done 70',
      'failed 10',
      'offline 20',
    ]);
    expect(ringWords(counts)).toBe('7 of 10 done, 1 failed, 2 offline');
    expect(ringWords({ total: 0, done: 0, failed: 0, offline: 0, waiting: 0 })).toBe('no site');
  });

  it('go back while the operation runs, and no longer', () => {
    const running = anOperation('orders', { state: 'running' });
    const plan = aPlan({ state: 'deploying' });

    expect(mayReturn(plan, running, ring('canary', 'passed'))).toBe(true);
    expect(mayReturn(plan, running, ring('rest', 'waiting'))).toBe(false);
    expect(mayReturn(aPlan({ state: 'succeeded' }), running, ring('canary', 'passed'))).toBe(false);
    expect(mayReturn(plan, anOperation('orders', { state: 'succeeded' }), ring('canary', 'passed'))).toBe(false);
  });

  it('say which rings go back together', () => {
    const rings = [ring('canary', 'passed'), ring('tenth', 'running'), ring('rest', 'waiting')];
    const plan = aPlan({ state: 'deploying', operations: [anOperation('orders', { state: 'running', rings })] });

    expect(returnConsequence(plan, 'canary')).toContain('The sites of the rings canary, tenth go back');
    expect(returnConsequence(plan, 'tenth')).toContain('The sites of ring tenth go back');
  });
});
