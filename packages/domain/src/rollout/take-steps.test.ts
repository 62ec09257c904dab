import { describe, expect, it } from 'vitest';
import { advanceRollout } from './advance-rollout.ts';
import { forgetTheFuture } from './forget-the-future.ts';
import { blueGreenProgression, canaryProgression, type Progression } from './progression.ts';
import {
  idleRollout,
  type ObservedAnalysis,
  type ObservedInstance,
  type Rollout,
  type RolloutCommand,
  type RolloutTarget,
} from './rollout.ts';
import { aModule, anInstance, aProgression, aRolloutTarget } from './rollout-for-tests.ts';

const four = aModule({ instances: 4 });
const old = aRolloutTarget('old', four);
const settled: Rollout = { ...idleRollout, phase: 'healthy', stable: old };
const canary = (progression: Partial<Progression> = {}, ...modules: RolloutTarget['modules']): RolloutTarget => ({
  ...aRolloutTarget('new', ...(modules.length === 0 ? [four] : modules)),
  progression: aProgression(progression),
});
const some = (operation: string, count: number, other: Partial<ObservedInstance> = {}) =>
  Array.from({ length: count }, (_, index) => anInstance(operation, { id: `${operation}-${index}`, ...other }));
const told = (verdict: ObservedAnalysis['verdict'], other: Partial<ObservedAnalysis> = {}): ObservedAnalysis => ({
  operation: 'new',
  name: 'step-2',
  run: 0,
  verdict,
  detail: 'p95 of 80 ms',
  ...other,
});

interface Look {
  readonly candidates?: number;
  readonly stables?: number;
  readonly analyses?: readonly ObservedAnalysis[];
  readonly command?: RolloutCommand | null;
  readonly now?: number;
}
function look(rollout: Rollout, target: RolloutTarget | null, other: Look = {}) {
  const { candidates = 0, stables = 4, analyses = [], command = null, now = 1000 } = other;
  const instances = [...some('old', stables), ...some('new', candidates)];
  return advanceRollout(rollout, { target, observation: { instances, steps: [], analyses }, command }, now);
}
const sharesOf = (found: ReturnType<typeof look>) =>
  Object.fromEntries(
    (found.desired.modules[0]?.shares ?? []).map((each) => [each.operation, [each.instances, each.weight]]),
  );
const command = (kind: RolloutCommand['kind'], number = 1, step: number | null = null): RolloutCommand => ({
  number,
  operation: 'new',
  kind,
  step,
  by: 'grace',
  reason: 'why not',
});
/** At the analysis between ten per cent and half. */
const analysing = (target = canary()) => look(look(settled, target).rollout, target, { candidates: 1 });

describe('a canary', () => {
  it('brings up what its first weight needs beside all of the old ones, which keep the requests until it is ready', () => {
    expect(sharesOf(look(settled, canary()))).toEqual({ old: [4, 100], new: [1, 0] });
  });

  it('gives the candidate its share once it is ready, and asks for the analysis', () => {
    const found = analysing();

    expect(sharesOf(found)).toEqual({ old: [4, 90], new: [1, 10] });
    expect(found.desired.analyses).toEqual([{ operation: 'new', name: 'step-2', run: 0 }]);
  });

  it('brings up the instances of a weight before it gives it the requests', () => {
    const target = canary();
    const passed = look(analysing(target).rollout, target, { candidates: 1, analyses: [told('pass')] });

    expect(sharesOf(passed)).toEqual({ old: [4, 90], new: [2, 10] });
    expect(sharesOf(look(passed.rollout, target, { candidates: 2 }))).toEqual({ old: [4, 50], new: [4, 50] });
  });

  it('lets the old ones go when the candidate has all requests', () => {
    const target = canary();
    const passed = look(analysing(target).rollout, target, { candidates: 4, analyses: [told('pass')] });

    expect(passed.rollout.phase).toBe('progressing');
    expect(sharesOf(passed)).toEqual({ old: [0, 0], new: [4, 100] });
    expect(look(passed.rollout, target, { candidates: 4, stables: 0 }).rollout).toMatchObject({
      phase: 'healthy',
      stable: target,
    });
  });

  it('is not tried out where nothing runs yet', () => {
    expect(look(idleRollout, canary(), { stables: 0 }).rollout).toMatchObject({ phase: 'progressing', stepping: null });
  });

  it('goes back, requests first, when it is worse', () => {
    const target = canary();
    const { rollout, desired } = look(analysing(target).rollout, target, { candidates: 1, analyses: [told('fail')] });

    expect(rollout).toMatchObject({
      phase: 'returning',
      failed: { operation: 'new', reason: 'the analysis says that it is worse: p95 of 80 ms' },
    });
    expect(desired.modules[0]?.shares).toEqual([{ operation: 'old', instances: 4, weight: 100 }]);
  });

  it.each(['marginal', 'insufficient-data', 'error'] as const)('waits for a person by the verdict %s', (verdict) => {
    const target = canary();
    const held = look(analysing(target).rollout, target, { candidates: 1, analyses: [told(verdict)] });

    expect(held.rollout.stepping?.hold).toMatchObject({ cause: verdict });
    expect(held.rollout.message).toMatch(/^waits for ada: .*p95 of 80 ms$/);
    expect(sharesOf(held)).toEqual({ old: [4, 90], new: [1, 10] });
    const later = { candidates: 1, analyses: [told('pass')], now: 60_000 };
    expect(look(held.rollout, target, later).rollout, 'a verdict is never taken back').toEqual(held.rollout);
  });

  it.each([
    ['marginal', 'continue', 2, 'stepping'],
    ['marginal', 'return', 1, 'returning'],
    ['insufficient-data', 'return', 1, 'returning'],
    ['error', 'return', 1, 'returning'],
  ] as const)('does by a policy for %s: %s', (verdict, reaction, step, phase) => {
    const reactions = { ...aProgression().reactions, [verdict]: reaction };
    const target = canary({ reactions });
    const found = look(analysing(target).rollout, target, { candidates: 1, analyses: [told(verdict)] });

    expect(found.rollout).toMatchObject({ phase, stepping: { step } });
  });

  it('takes an analysis that says nothing in its time for one without data', () => {
    const target = canary();
    const begun = analysing(target).rollout;

    expect(look(begun, target, { candidates: 1, now: 61_000 }).rollout.stepping?.hold).toBeNull();
    expect(look(begun, target, { candidates: 1, now: 61_001 }).rollout.stepping?.hold).toMatchObject({
      cause: 'insufficient-data',
    });
  });

  it('goes back when nobody decides in time', () => {
    const target = canary();
    const held = look(analysing(target).rollout, target, { candidates: 1, analyses: [told('error')] }).rollout;

    const late = look(held, target, { candidates: 1, now: 3_601_001 }).rollout;

    expect(late.failed?.reason).toMatch(/^ada did not decide in time/);
  });

  it('fails when the instances of a step are not ready in time, or end again and again', () => {
    const target = canary();
    const begun = look(settled, target).rollout;
    const crashing = some('new', 1, { state: 'exited', failures: 3, message: 'exit status 1' });

    expect(look(begun, target, { now: 71_000 }).rollout.phase).toBe('stepping');
    expect(look(begun, target, { now: 71_001 }).rollout.failed?.reason).toBe('web was not ready in time');
    expect(
      advanceRollout(
        begun,
        {
          target,
          observation: { instances: [...some('old', 4), ...crashing], steps: [], analyses: [] },
          command: null,
        },
        2000,
      ).rollout.failed?.reason,
    ).toBe('web does not stay up: exit status 1');
  });

  it('pauses for its time, and until somebody resumes it where it has none', () => {
    const target = canary({
      steps: [
        { kind: 'pause', duration: 5000 },
        { kind: 'pause', duration: null },
        { kind: 'weight', weight: 100 },
      ],
    });
    const begun = look(settled, target).rollout;
    const waiting = look(begun, target, { now: 6000 }).rollout;

    expect(look(begun, target, { now: 5999 }).rollout.stepping).toMatchObject({ step: 0, hold: null });
    expect(waiting.stepping).toMatchObject({ step: 1, hold: { cause: 'step' } });
    expect(look(waiting, target, { now: 6001, command: command('resume') }).rollout.stepping?.step).toBe(2);
  });

  it('lets requests with a header see it, and copies, with an instance even before it has a weight', () => {
    const matches = [{ header: 'x-preview', equals: 'yes' }];
    const target = canary({
      steps: [
        { kind: 'header', matches },
        { kind: 'mirror', percent: 20 },
        { kind: 'pause', duration: null },
        { kind: 'weight', weight: 100 },
      ],
    });
    const begun = look(settled, target);
    const ready = look(begun.rollout, target, { candidates: 1 });

    expect(begun.desired.modules[0]).toMatchObject({ preview: null, shares: [{ instances: 1, weight: 0 }, {}] });
    expect(ready.desired.modules[0]?.preview).toEqual({ operation: 'new', matches, mirror: 20 });
  });

  it('divides workers by their number, and recreates what holds a volume at the end', () => {
    const worker = aModule({ name: 'jobs', serves: false, instances: 4 });
    const store = aModule({ name: 'store', strategy: { kind: 'recreate' } });
    const target = canary(
      {
        steps: [
          { kind: 'weight', weight: 50 },
          { kind: 'weight', weight: 100 },
        ],
      },
      worker,
      store,
    );
    const before = { ...settled, stable: aRolloutTarget('old', worker, store) };
    const instances = [...some('old', 4, { module: 'jobs' }), anInstance('old', { id: 's', module: 'store' })];

    const { desired } = advanceRollout(
      before,
      { target, observation: { instances, steps: [], analyses: [] }, command: null },
      1000,
    );

    expect(desired.modules.map(({ module, shares }) => [module, shares.map((each) => each.instances)])).toEqual([
      ['jobs', [1, 4]],
      ['store', [1]],
    ]);
  });

  it('is ended by all requests even where its steps do not say so', () => {
    const given = { ...aProgression(), steps: [{ kind: 'weight', weight: 20 } as const], background: null };

    expect(canaryProgression(given).steps.at(-1)).toEqual({ kind: 'weight', weight: 100 });
  });
});

describe('an analysis beside the steps', () => {
  const target = canary({
    steps: [
      { kind: 'weight', weight: 25 },
      { kind: 'weight', weight: 100 },
    ],
    background: { from: 1, within: 60_000, baseline: 'stable' },
  });
  const background = (verdict: ObservedAnalysis['verdict']) => [told(verdict, { name: 'background' })];
  const begun = look(look(settled, target).rollout, target, { candidates: 4 });

  it('begins with its step, and holds up the last one until it passed', () => {
    expect(look(settled, target).desired.analyses).toEqual([]);
    expect(begun.desired.analyses).toEqual([{ operation: 'new', name: 'background', run: 0 }]);
    expect(sharesOf(begun)).toEqual({ old: [4, 75], new: [4, 25] });
    expect(begun.rollout.message).toBe('waits for the analysis beside the steps');
    expect(look(begun.rollout, target, { candidates: 4, analyses: background('pass') }).rollout.phase).toBe(
      'progressing',
    );
  });

  it('ends the rollout whenever it fails, also while that is paused', () => {
    const paused = look(begun.rollout, target, { candidates: 4, command: command('pause') }).rollout;

    expect(paused.stepping?.hold).toMatchObject({ cause: 'person', reason: 'paused by grace: why not' });
    expect(look(paused, target, { candidates: 4, analyses: background('fail') }).rollout.phase).toBe('returning');
  });
});

describe('what a person asks of a rollout', () => {
  it('is carried out once, however often it is told', () => {
    const target = canary({
      steps: [
        { kind: 'pause', duration: null },
        { kind: 'pause', duration: null },
        { kind: 'weight', weight: 100 },
      ],
    });
    const waiting = look(settled, target).rollout;
    const once = look(waiting, target, { command: command('resume') }).rollout;

    expect(once.stepping).toMatchObject({ step: 1, hold: { cause: 'step' } });
    expect(look(once, target, { command: command('resume') }).rollout).toEqual(once);
    expect(look(once, target, { command: command('resume', 2) }).rollout.stepping?.step).toBe(2);
  });

  it('does nothing to another rollout than the one it was meant for', () => {
    const begun = analysing().rollout;
    const other = { ...command('abort'), operation: 'another' };

    expect(look(begun, canary(), { candidates: 1, command: other }).rollout.phase).toBe('stepping');
  });

  it('calls it off, says who did and why, and goes back', () => {
    const { rollout } = look(analysing().rollout, canary(), { candidates: 1, command: command('abort') });

    expect(rollout).toMatchObject({ phase: 'returning', failed: { reason: 'called off by grace: why not' } });
  });

  it('promotes: all requests once there are the instances for them, without the steps between', () => {
    const target = canary();
    const promoted = look(analysing(target).rollout, target, { candidates: 1, command: command('promote') });

    expect(sharesOf(promoted)).toEqual({ old: [4, 90], new: [4, 10] });
    expect(promoted.desired.analyses).toEqual([]);
    expect(look(promoted.rollout, target, { candidates: 4 }).rollout.phase).toBe('progressing');
  });

  it('skips the step that was seen, and none that came after it', () => {
    const begun = analysing().rollout;

    expect(look(begun, canary(), { candidates: 1, command: command('skip', 1, 1) }).rollout.stepping?.step).toBe(2);
    expect(look(begun, canary(), { candidates: 1, command: command('skip', 1, 0) }).rollout.stepping?.step).toBe(1);
  });

  it('has an analysis made anew by resuming what its verdict held up', () => {
    const target = canary();
    const held = look(analysing(target).rollout, target, { candidates: 1, analyses: [told('marginal')] }).rollout;
    const resumed = look(held, target, {
      candidates: 1,
      analyses: [told('marginal')],
      command: command('resume'),
      now: 5000,
    });

    expect(resumed.desired.analyses).toEqual([{ operation: 'new', name: 'step-2', run: 1 }]);
    expect(resumed.rollout.stepping).toMatchObject({ hold: null, since: 5000 });
    expect(
      look(resumed.rollout, target, { candidates: 1, analyses: [told('pass', { run: 1 })] }).rollout.stepping?.step,
    ).toBe(2);
  });

  it('waits for the steps where it comes before them', () => {
    const target = canary({}, aModule({ instances: 4, migrate: true }));
    const migrating = look(settled, target, { command: command('pause') }).rollout;
    const migrated = [{ step: 'migrate', module: 'web', operation: 'new', state: 'succeeded', message: null }] as const;

    const { rollout } = advanceRollout(
      migrating,
      {
        target,
        observation: { instances: some('old', 4), steps: migrated, analyses: [] },
        command: command('pause'),
      },
      2000,
    );
    const later = look(rollout, target, { command: command('pause') }).rollout;

    expect(migrating).toMatchObject({ phase: 'migrating', commanded: 0 });
    expect(later.stepping?.hold).toMatchObject({ cause: 'person' });
  });
});

describe('a clock that was set back', () => {
  it('lets no deadline wait for as long', () => {
    const target = canary();
    const held = look(analysing(target).rollout, target, { candidates: 1, analyses: [told('error')] }).rollout;
    const set = forgetTheFuture({ ...held, warm: { target: old, until: 9e12 } }, 10);

    expect(set).toMatchObject({ startedAt: 10, stepping: { since: 10, hold: { since: 10 } } });
    expect(set.warm?.until).toBe(10 + 7 * 86_400_000);
  });
});

describe('a canary that is overtaken', () => {
  const newest = { ...canary(), operation: 'newest' };

  it('is taken down, and the newest begins from what ran before', () => {
    const { rollout, desired } = look(analysing().rollout, newest, { candidates: 1 });

    expect(rollout).toMatchObject({ phase: 'stepping', stable: old, candidate: newest, stepping: { step: 0 } });
    expect(desired.modules[0]?.shares).toEqual([
      { operation: 'newest', instances: 1, weight: 0 },
      { operation: 'old', instances: 4, weight: 100 },
    ]);
  });

  it('serves on as far as what ran before is not back at its strength', () => {
    const { desired } = look(analysing().rollout, newest, { candidates: 4, stables: 2 });

    expect(desired.modules[0]?.shares).toEqual([
      { operation: 'newest', instances: 1, weight: 0 },
      { operation: 'old', instances: 4, weight: 50 },
      { operation: 'new', instances: 2, weight: 50 },
    ]);
  });

  it('gives way at once to what ran before', () => {
    const { rollout, desired } = look(analysing().rollout, old, { candidates: 1 });

    expect(rollout.phase).toBe('returning');
    expect(desired.modules[0]?.shares).toEqual([{ operation: 'old', instances: 4, weight: 100 }]);
  });
});

describe('blue and green', () => {
  const progression = blueGreenProgression({
    ...aProgression({ keepOld: 30_000 }),
    previewInstances: 2,
    preview: [{ header: 'x-preview', equals: 'yes' }],
    promoteAfter: null,
    before: null,
    after: 60_000,
  });
  const target: RolloutTarget = { ...aRolloutTarget('new', four), progression };
  const begun = look(settled, target);
  const previewed = look(begun.rollout, target, { candidates: 2 });
  const resumed = look(previewed.rollout, target, { candidates: 2, command: command('resume') });
  const switched = look(resumed.rollout, target, { candidates: 4 });
  const done = look(switched.rollout, target, { candidates: 4, analyses: [told('pass', { name: 'step-6' })] });

  it('shows the green one to whom it is meant for, and waits', () => {
    expect(sharesOf(begun)).toEqual({ old: [4, 100], new: [2, 0] });
    expect(previewed.desired.modules[0]?.preview).toMatchObject({ operation: 'new' });
    expect(previewed.rollout.stepping?.hold).toMatchObject({ cause: 'step' });
  });

  it('gives it all requests at once when it is at its strength', () => {
    expect(sharesOf(resumed)).toEqual({ old: [4, 100], new: [4, 0] });
    expect(sharesOf(switched)).toEqual({ old: [4, 0], new: [4, 100] });
    expect(switched.desired.modules[0]?.preview).toBeNull();
  });

  it('goes back at once when it proves worse after the switch', () => {
    const failed = look(switched.rollout, target, { candidates: 4, analyses: [told('fail', { name: 'step-6' })] });

    expect(sharesOf(failed)).toEqual({ old: [4, 100] });
  });

  it('keeps the blue one warm for its time', () => {
    expect(done.rollout).toMatchObject({ phase: 'healthy', warm: { until: 31_000 } });
    expect(sharesOf(done)).toEqual({ old: [4, 0], new: [4, 100] });
    const over = look(done.rollout, target, { candidates: 4, now: 31_000 });
    expect(over.rollout.warm).toBeNull();
    expect(sharesOf(over)).toEqual({ new: [4, 100] });
  });

  it('goes back to what is warm without steps and without waiting', () => {
    const again: RolloutTarget = { ...old, operation: 'blue again', sameAs: 'old', progression };
    const instances = [...some('blue again', 4), ...some('new', 4)];

    const { rollout, desired } = advanceRollout(
      done.rollout,
      { target: again, observation: { instances, steps: [], analyses: [] }, command: null },
      2000,
    );

    expect(rollout.candidate ?? rollout.stable).toBe(again);
    expect(desired.modules[0]?.shares).toContainEqual({ operation: 'blue again', instances: 4, weight: 100 });
  });
});
