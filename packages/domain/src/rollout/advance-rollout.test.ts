import { describe, expect, it } from 'vitest';
import { advanceRollout } from './advance-rollout.ts';
import {
  idleRollout,
  type ObservedInstance,
  type Rollout,
  type RolloutObservation,
  type RolloutTarget,
} from './rollout.ts';
import { aModule, anInstance, aRolloutTarget, observing } from './rollout-for-tests.ts';

const old = aRolloutTarget('old');
const fresh = aRolloutTarget('new');
const settled: Rollout = { ...idleRollout, phase: 'healthy', stable: old };

const advance = (rollout: Rollout, target: RolloutTarget | null, observation: RolloutObservation, now = 1000) =>
  advanceRollout(rollout, { target, observation, command: null }, now);
const bringingIn = (target: RolloutTarget = fresh, instances = [anInstance('old')]) =>
  advance(settled, target, observing(instances)).rollout;

describe('a rollout that begins', () => {
  it('asks for a new instance beside the old one, which keeps all requests', () => {
    const { rollout, desired } = advance(settled, fresh, observing([anInstance('old')]));

    expect(rollout).toMatchObject({ phase: 'progressing', stable: old, candidate: fresh });
    expect(desired.modules).toEqual([
      {
        module: 'web',
        hold: false,
        preview: null,
        shares: [
          { operation: 'new', instances: 1, weight: 0 },
          { operation: 'old', instances: 1, weight: 100 },
        ],
      },
    ]);
  });

  it('runs migrations one after the other in the order of the manifest, before anything starts', () => {
    const target = aRolloutTarget('new', aModule({ name: 'db', migrate: true }), aModule({ migrate: true }));
    const done = {
      step: 'migrate' as const,
      module: 'db',
      operation: 'new',
      state: 'succeeded' as const,
      message: null,
    };

    const first = advance(settled, target, observing([anInstance('old')]));
    const second = advance(first.rollout, target, observing([anInstance('old')], [done]));

    expect(first.desired.steps).toEqual([{ step: 'migrate', module: 'db', operation: 'new' }]);
    expect(first.desired.modules.flatMap((each) => each.shares.map((share) => share.operation))).not.toContain('new');
    expect(second.desired.steps).toEqual([{ step: 'migrate', module: 'web', operation: 'new' }]);
  });

  it('is of the same build again when the operation is another one', () => {
    const again = { ...old, operation: 'again' };

    expect(advance(settled, again, observing([anInstance('old')])).rollout.candidate).toBe(again);
  });
});

describe('a rollout that fails', () => {
  it.each([
    [
      'an instance ended three times before it was well',
      observing([anInstance('old'), anInstance('new', { state: 'exited', failures: 3, message: 'exit status 1' })]),
      1000,
      'web does not stay up: exit status 1',
    ],
    [
      'nothing was ready in time',
      observing([anInstance('old'), anInstance('new', { state: 'starting', message: 'GET / answers 503' })]),
      1000 + 70_001,
      'web was not ready in time: GET / answers 503',
    ],
  ])('says why: %s', (_title, observation, now, reason) => {
    const { rollout, desired } = advance(bringingIn(), fresh, observation, now);

    expect(rollout).toMatchObject({ phase: 'returning', candidate: null, failed: { operation: 'new', reason } });
    expect(desired.modules[0]?.shares).toEqual([{ operation: 'old', instances: 1, weight: 100 }]);
  });

  it('because its migration failed has not touched what runs', () => {
    const target = aRolloutTarget('new', aModule({ migrate: true }));
    const failed = {
      step: 'migrate' as const,
      module: 'web',
      operation: 'new',
      state: 'failed' as const,
      message: 'no',
    };
    const instances = [anInstance('old')];

    const { rollout } = advance(bringingIn(target), target, observing(instances, [failed]));

    expect(rollout).toMatchObject({ phase: 'failed', message: 'the migrate step of web failed: no' });
  });

  it('is not tried again until there is another operation', () => {
    const failed: Rollout = { ...settled, phase: 'failed', failed: { operation: 'new', reason: 'because' } };

    expect(advance(failed, fresh, observing([anInstance('old')])).rollout).toBe(failed);
    expect(advance(failed, { ...fresh, operation: 'newer' }, observing([anInstance('old')])).rollout.phase).toBe(
      'progressing',
    );
  });

  it('is given its time again by each instance that gets ready', () => {
    const two = aRolloutTarget('new', aModule({ instances: 2, progressDeadline: 60_000, stopGrace: 0 }));
    const one = observing([anInstance('old'), anInstance('new', { since: 50_000 })]);

    const halfway = advance(bringingIn(two), two, one, 50_000).rollout;

    expect(advance(halfway, two, one, 100_000).rollout.phase).toBe('progressing');
    expect(advance(halfway, two, one, 110_001).rollout.phase).toBe('returning');
  });
});

describe('a rollout that is called off', () => {
  it('goes back to what ran before, at once', () => {
    const { rollout, desired } = advance(
      bringingIn(),
      old,
      observing([anInstance('old'), anInstance('new', { state: 'starting' })]),
    );

    expect(rollout).toMatchObject({ phase: 'returning', candidate: null, failed: null });
    expect(desired.modules[0]?.shares).toEqual([{ operation: 'old', instances: 1, weight: 100 }]);
    expect(advance(rollout, old, observing([anInstance('old')])).rollout).toMatchObject({
      phase: 'healthy',
      stable: old,
    });
  });

  it('is superseded by another operation, from what ran before', () => {
    const newest = aRolloutTarget('newest');

    expect(advance(bringingIn(), newest, observing([anInstance('old')])).rollout).toMatchObject({
      phase: 'progressing',
      stable: old,
      candidate: newest,
    });
  });

  it('takes everything away when the application should be gone', () => {
    const { rollout, desired } = advance(bringingIn(), null, observing([anInstance('old'), anInstance('new')]));

    expect(rollout.phase).toBe('removing');
    expect(desired.modules).toEqual([{ module: 'web', shares: [], hold: false, preview: null }]);
    expect(advance(rollout, null, observing([])).rollout).toEqual(idleRollout);
  });
});

describe('a rollout that fails when nothing of what ran before is left', () => {
  const verified = aRolloutTarget('new', aModule({ verify: true }));
  const verifying: Rollout = { ...settled, phase: 'verifying', candidate: verified };
  const failed = { step: 'verify', module: 'web', operation: 'new', state: 'failed', message: 'smoke' } as const;
  const gone = advance(verifying, verified, observing([anInstance('new')], [failed]));

  it('lets the new version answer until the one before does', () => {
    expect(gone.rollout.phase).toBe('returning');
    expect(gone.desired.modules[0]?.shares).toEqual([
      { operation: 'old', instances: 1, weight: 0 },
      { operation: 'new', instances: 1, weight: 100 },
    ]);
    const back = advance(gone.rollout, verified, observing([anInstance('new'), anInstance('old')]));
    expect(back.desired.modules[0]?.shares).toEqual([{ operation: 'old', instances: 1, weight: 100 }]);
  });

  it('says so in time when the one before does not come back', () => {
    const waiting = observing([anInstance('new'), anInstance('old', { state: 'starting' })]);

    expect(advance(gone.rollout, verified, waiting, 71_000).rollout.phase).toBe('returning');
    const late = advance(gone.rollout, verified, waiting, 71_001);
    expect(late.rollout.phase).toBe('failed');
    expect(late.desired.modules[0]?.shares).toContainEqual({ operation: 'new', instances: 1, weight: 100 });
  });
});

describe('what runs', () => {
  it('is degraded while instances are missing, says which, and recovers', () => {
    const down = observing([anInstance('old', { state: 'exited', message: 'exit status 137' })]);

    const degraded = advance(settled, old, down).rollout;

    expect(degraded).toMatchObject({
      phase: 'degraded',
      message: 'web has fewer ready instances than wanted: exit status 137',
    });
    expect(advance(degraded, old, observing([anInstance('old')])).rollout).toMatchObject({
      phase: 'healthy',
      message: null,
    });
  });

  it('lets requests wait while nobody is ready, but not for a module that serves none', () => {
    const worker = aRolloutTarget('old', aModule({ serves: false }));
    const down = observing([anInstance('old', { state: 'exited' })]);

    expect(advance(settled, old, down).desired.modules[0]?.hold).toBe(true);
    expect(advance({ ...settled, stable: worker }, worker, down).desired.modules[0]?.hold).toBe(false);
  });

  it('is verified before the new version counts as well, and goes back when that fails', () => {
    const target = aRolloutTarget('new', aModule({ verify: true }));
    const alone = [anInstance('new')];
    const verified = (state: 'succeeded' | 'failed') =>
      observing(alone, [{ step: 'verify', module: 'web', operation: 'new', state, message: 'smoke' }]);

    const verifying = advance(bringingIn(target), target, observing(alone));

    expect(verifying.rollout).toMatchObject({ phase: 'verifying', stable: old });
    expect(verifying.desired.steps).toEqual([{ step: 'verify', module: 'web', operation: 'new' }]);
    expect(advance(verifying.rollout, target, verified('succeeded')).rollout).toMatchObject({
      phase: 'healthy',
      stable: target,
    });
    expect(advance(verifying.rollout, target, verified('failed')).rollout).toMatchObject({
      phase: 'returning',
      failed: { reason: 'the verify step of web failed: smoke' },
    });
  });

  it('loses a module that the new version does not have, once that is there', () => {
    const two = aRolloutTarget('old', aModule(), aModule({ name: 'legacy' }));
    const instances = [anInstance('old'), anInstance('old', { id: 'l', module: 'legacy' })];

    const legacyOf = (also: readonly ObservedInstance[]) =>
      advance({ ...settled, stable: two }, fresh, observing([...instances, ...also])).desired.modules.find(
        (each) => each.module === 'legacy',
      );

    expect(legacyOf([])?.shares).toEqual([{ operation: 'old', instances: 1, weight: 100 }]);
    expect(legacyOf([anInstance('new')])).toEqual({ module: 'legacy', shares: [], hold: false, preview: null });
  });
});
