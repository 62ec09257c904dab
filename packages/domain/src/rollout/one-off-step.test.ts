import { describe, expect, it } from 'vitest';
import { afterStepFault, judgeStep, keptSteps, mayBeginStep } from './one-off-step.ts';

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

describe('steps that a site keeps', () => {
  const inUse = new Set(['now']);
  const step = (operation: string, state: 'waiting' | 'running' | 'succeeded' | 'failed') => ({ operation, state });

  it('are those of operations in use, whatever became of them', () => {
    const all = (['waiting', 'running', 'succeeded', 'failed'] as const).map((state) => step('now', state));

    expect(keptSteps(all, inUse)).toEqual(all);
  });

  it('are of any other operation those that run, which count for nothing any more', () => {
    const all = (['waiting', 'running', 'succeeded', 'failed'] as const).map((state) => step('before', state));

    expect(keptSteps(all, inUse)).toEqual([{ ...step('before', 'running'), abandoned: true }]);
  });

  it('stay abandoned when their operation comes again, and are forgotten once they have ended', () => {
    const [left] = keptSteps([step('before', 'running')], inUse);
    const comesAgain = new Set(['before']);
    if (left === undefined) throw new Error('what runs is kept');

    expect(keptSteps([left], comesAgain)).toEqual([{ ...step('before', 'running'), abandoned: true }]);
    expect(keptSteps([{ ...left, state: 'succeeded' as const }], comesAgain)).toEqual([]);
  });
});
