import { describe, expect, it } from 'vitest';
import { afterStepFault, judgeStep, mayBeginStep } from './one-off-step.ts';

describe('a one-off step', () => {
  it('begins once, and again only a while after it could not be started', () => {
    const waiting = { state: 'waiting', startedAt: 10_000 } as const;

    expect(mayBeginStep(undefined, [], 0)).toBe(true);
    expect(mayBeginStep(waiting, [], 11_999)).toBe(false);
    expect(mayBeginStep(waiting, [], 12_000)).toBe(true);
    for (const state of ['running', 'succeeded', 'failed'] as const)
      expect(mayBeginStep({ state, startedAt: 0 }, [], 1_000_000)).toBe(false);
  });

  it('waits for a step of an earlier rollout that still runs', () => {
    expect(mayBeginStep(undefined, [{ state: 'running' }], 0)).toBe(false);
    expect(mayBeginStep(undefined, [{ state: 'succeeded' }, { state: 'failed' }, { state: 'waiting' }], 0)).toBe(true);
  });

  it('has failed when it could not be started five times', () => {
    expect(afterStepFault({ faults: 3 })).toEqual({ faults: 4, state: 'waiting' });
    expect(afterStepFault({ faults: 4 })).toEqual({ faults: 5, state: 'failed' });
  });

  it.each([
    ['runs', { exitCode: null, alive: true }, { kind: 'running' }],
    ['succeeded', { exitCode: 0, alive: false }, { kind: 'ended', state: 'succeeded' }],
    ['succeeded, and its process is just going', { exitCode: 0, alive: true }, { kind: 'ended', state: 'succeeded' }],
    ['failed', { exitCode: 3, alive: false }, { kind: 'ended', state: 'failed', remark: '\n(exit status 3)' }],
    ['was interrupted together with the machine', { exitCode: null, alive: false }, { kind: 'interrupted' }],
  ])('is judged by what it left: it %s', (_title, evidence, verdict) => {
    expect(judgeStep({ ...evidence, startedAt: 0 }, 1000)).toMatchObject(verdict);
  });

  it('is ended after half an hour', () => {
    const evidence = { exitCode: null, alive: true, startedAt: 0 };

    expect(judgeStep(evidence, 1_800_000).kind).toBe('running');
    expect(judgeStep(evidence, 1_800_001)).toMatchObject({ kind: 'overdue', state: 'failed' });
  });
});
