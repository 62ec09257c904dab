import { describe, expect, it } from 'vitest';
import { idleRollout } from './rollout.ts';
import { anInstance, aRolloutTarget } from './rollout-for-tests.ts';
import { notAfter, operationsInUse } from './taken-over.ts';

describe('a rollout that is taken over from a journal', () => {
  it('has no time that is still to come', () => {
    const rollout = { ...idleRollout, startedAt: 500, progressedAt: 2000 };

    expect(notAfter(rollout, 1000)).toEqual({ ...idleRollout, startedAt: 500, progressedAt: 1000 });
  });

  it('keeps what runs, what is brought in, what may be gone back to, and what failed', () => {
    const rollout = {
      ...idleRollout,
      stable: aRolloutTarget('stable'),
      candidate: aRolloutTarget('candidate'),
      failed: { operation: 'failed', reason: '' },
    };

    expect([...operationsInUse(rollout, [anInstance('leaving')])].toSorted()).toEqual([
      'candidate',
      'failed',
      'leaving',
      'stable',
    ]);
    expect([...operationsInUse(idleRollout, [])]).toEqual([]);
  });
});
