import { describe, expect, it } from 'vitest';
import { advanceRollout } from './advance-rollout.ts';
import { forgetTheFuture } from './forget-the-future.ts';
import { idleRollout, type ObservedInstance, type Rollout, type RolloutTarget } from './rollout.ts';
import { anInstance, aRolloutTarget, observing } from './rollout-for-tests.ts';
import { trialMs } from './trial.ts';

const old = aRolloutTarget('old');
const fresh = aRolloutTarget('new');
const another = aRolloutTarget('another');

const advance = (
  rollout: Rollout,
  instances: readonly ObservedInstance[],
  now: number,
  target: RolloutTarget = fresh,
) => advanceRollout(rollout, { target, observation: observing(instances), command: null }, now);

/** What has taken over from `old` at a time. */
function tookOver(now = 0, other: Partial<Rollout> = {}): Rollout {
  const before: Rollout = { ...idleRollout, phase: 'progressing', stable: old, candidate: fresh, ...other };
  return advance(before, [anInstance('new', { since: now })], now).rollout;
}

const crashed = anInstance('new', { state: 'exited', failures: 3, message: 'it ended with exit status 1' });
const hung = anInstance('new', { state: 'unready', message: 'its health check fails: no answer' });

describe('a version that has just taken over', () => {
  it('is healthy at once, and on trial against what it replaced', () => {
    expect(tookOver()).toMatchObject({ phase: 'healthy', stable: fresh, trial: { before: old, shortSince: null } });
  });

  it('is gone back from as soon as it ended three times', () => {
    const { rollout, desired } = advance(tookOver(), [crashed], 20_000);

    expect(rollout).toMatchObject({
      phase: 'returning',
      stable: old,
      failed: { operation: 'new', reason: 'web does not stay up: it ended with exit status 1' },
      trial: null,
    });
    expect(desired.modules[0]?.shares).toMatchObject([{ operation: 'old', instances: 1 }]);
  });

  it('is gone back from when it lacks an instance for fifteen seconds, and not before', () => {
    const short = advance(tookOver(), [hung], 5000).rollout;

    const still = advance(short, [hung], 20_000).rollout;
    const back = advance(still, [hung], 20_001).rollout;

    expect(still).toMatchObject({ phase: 'degraded', stable: fresh });
    expect(back).toMatchObject({
      phase: 'returning',
      stable: old,
      failed: { reason: 'web was not ready in time: its health check fails: no answer' },
    });
  });

  it('is not gone back from for two short failures with a recovery between them', () => {
    const short = advance(tookOver(), [hung], 5000).rollout;
    const well = advance(short, [anInstance('new', { since: 15_000 })], 15_000).rollout;

    const again = advance(well, [hung], 25_000).rollout;

    expect(again).toMatchObject({ phase: 'degraded', stable: fresh, trial: { shortSince: 25_000 } });
  });

  it('is trusted after a minute at a stretch: what fails then is started again, as ever', () => {
    const trusted = advance(tookOver(), [anInstance('new')], trialMs).rollout;

    expect(trusted).toMatchObject({ phase: 'healthy', trial: null });
    expect(advance(trusted, [crashed], trialMs + 1).rollout).toMatchObject({ phase: 'degraded', stable: fresh });
  });

  it('stays on trial while it was not well for a minute, for ten minutes at the longest', () => {
    const young = (now: number) => [anInstance('new', { since: now - 1000 })];

    expect(advance(tookOver(), young(trialMs), trialMs).rollout.trial).not.toBeNull();
    expect(advance(tookOver(), young(10 * trialMs), 10 * trialMs).rollout.trial).toBeNull();
  });

  it('that failed is not tried again, and the next order is another try from what it was gone back to', () => {
    const back = advance(tookOver(), [crashed], 20_000).rollout;
    const failed = advance(back, [anInstance('old')], 21_000).rollout;

    expect(failed).toMatchObject({ phase: 'failed', stable: old });
    expect(advance(failed, [anInstance('old')], 99_000).rollout).toBe(failed);
    expect(advance(failed, [anInstance('old')], 99_000, another).rollout).toMatchObject({
      phase: 'progressing',
      stable: old,
      candidate: another,
    });
  });

  it('has nothing to be gone back to where it replaced nothing', () => {
    const first = tookOver(0, { stable: null });

    expect(first.trial).toBeNull();
    expect(advance(first, [crashed], 20_000).rollout.phase).toBe('degraded');
  });

  it('gives what is still warm its requests at once', () => {
    const warm = { ...tookOver(), warm: { target: old, until: 30_000 } };

    const { rollout, desired } = advance(warm, [crashed, anInstance('old')], 10_000);

    expect(rollout.warm).toBeNull();
    expect(desired.modules[0]?.shares).toContainEqual({ operation: 'old', instances: 1, weight: 100 });
  });

  it('is on trial no longer when something else is wanted', () => {
    const onTrial = tookOver();

    expect(advance(onTrial, [anInstance('new')], 10, another).rollout.trial).toBeNull();
    expect(
      advanceRollout(onTrial, { target: null, observation: observing([]), command: null }, 10).rollout.trial ?? null,
    ).toBeNull();
  });

  it('is no longer on trial because a clock was set back', () => {
    const { trial } = forgetTheFuture(advance(tookOver(9e12), [hung], 9e12 + 1).rollout, 10);

    expect(trial).toMatchObject({ since: 10, shortSince: 10 });
  });
});
