import { describe, expect, it } from 'vitest';
import { operationsInUse } from './operations-in-use.ts';
import { idleRollout } from './rollout.ts';
import { anInstance, aRolloutTarget } from './rollout-for-tests.ts';

describe('what a site must not forget of a rollout', () => {
  it('is what runs, what is brought in, what may be gone back to, and what failed', () => {
    const rollout = {
      ...idleRollout,
      stable: aRolloutTarget('stable'),
      candidate: aRolloutTarget('candidate'),
      failed: { operation: 'failed', reason: '' },
      trial: { before: aRolloutTarget('before'), since: 0, shortSince: null },
    };

    expect([...operationsInUse(rollout, [anInstance('leaving')])].toSorted()).toEqual([
      'before',
      'candidate',
      'failed',
      'leaving',
      'stable',
    ]);
    expect([...operationsInUse(idleRollout, [])]).toEqual([]);
  });
});
