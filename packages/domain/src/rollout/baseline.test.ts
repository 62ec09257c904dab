import { describe, expect, it } from 'vitest';
import { advanceRollout } from './advance-rollout.ts';
import { baselineOf, wantsBaseline } from './baseline.ts';
import type { Progression } from './progression.ts';
import { idleRollout, type ObservedAnalysis, type Rollout, type RolloutTarget } from './rollout.ts';
import { aModule, anInstance, aProgression, aRolloutTarget } from './rollout-for-tests.ts';

const four = aModule({ instances: 4 });
const settled: Rollout = { ...idleRollout, phase: 'healthy', stable: aRolloutTarget('old', four) };
const fresh = { kind: 'analyse', within: 60_000, baseline: 'fresh' } as const;
const canary = (other: Partial<Progression> = {}): RolloutTarget => ({
  ...aRolloutTarget('new', four),
  progression: aProgression({
    steps: [{ kind: 'weight', weight: 25 }, fresh, { kind: 'weight', weight: 50 }, { kind: 'weight', weight: 100 }],
    ...other,
  }),
});
const passed: ObservedAnalysis = { operation: 'new', name: 'step-2', run: 0, verdict: 'pass', detail: null };

/** Looks with so many ready instances of each. */
function look(
  rollout: Rollout,
  target: RolloutTarget,
  ready: {
    readonly old?: number;
    readonly new?: number;
    readonly beside?: number;
    readonly analyses?: readonly ObservedAnalysis[];
  } = {},
) {
  const some = (operation: string, count: number) =>
    Array.from({ length: count }, (_, index) => anInstance(operation, { id: `${operation}-${index}` }));
  const instances = [
    ...some('old', ready.old ?? 4),
    ...some('new', ready.new ?? 0),
    ...some('new.baseline', ready.beside ?? 0),
  ];
  return advanceRollout(
    rollout,
    { target, observation: { instances, steps: [], analyses: ready.analyses ?? [] }, command: null },
    1000,
  );
}
const sharesOf = (found: ReturnType<typeof look>) =>
  Object.fromEntries(
    (found.desired.modules[0]?.shares ?? []).map((each) => [each.operation, [each.instances, each.weight]]),
  );

describe('a baseline of its own', () => {
  const target = canary();
  const begun = look(settled, target);
  const analysing = look(begun.rollout, target, { new: 1, beside: 1 });

  it('is started with the candidate, as what runs before it', () => {
    expect(sharesOf(begun)).toEqual({ old: [4, 100], new: [1, 0], 'new.baseline': [1, 0] });
    expect(begun.desired.baseline).toEqual({ operation: baselineOf('new'), of: 'old' });
  });

  it('is waited for before the candidate gets requests', () => {
    expect(sharesOf(look(begun.rollout, target, { new: 1 }))).toEqual({
      old: [4, 100],
      new: [1, 0],
      'new.baseline': [1, 0],
    });
  });

  it('takes as many requests as the candidate, and the rest stays where it was', () => {
    expect(sharesOf(analysing)).toEqual({ old: [4, 50], new: [1, 25], 'new.baseline': [1, 25] });
    expect(analysing.desired.analyses).toEqual([{ operation: 'new', name: 'step-2', run: 0 }]);
  });

  it('goes once the last analysis against it is over', () => {
    const after = look(analysing.rollout, target, { new: 1, beside: 1, analyses: [passed] });

    expect(sharesOf(after)).toEqual({ old: [4, 75], new: [2, 25] });
    expect(after.desired.baseline).toBeNull();
  });

  it('ends with its candidate, whose requests go back to what ran before', () => {
    const failed = look(analysing.rollout, target, { new: 1, beside: 1, analyses: [{ ...passed, verdict: 'fail' }] });

    expect(sharesOf(failed)).toEqual({ old: [4, 100] });
    expect(failed.desired.baseline).toBeNull();
    expect(look(failed.rollout, target, { beside: 1 }).rollout.phase, 'not over while it runs').toBe('returning');
    expect(look(failed.rollout, target).rollout.phase).toBe('failed');
  });

  it('serves in the place of what runs, rather than a candidate that failed, when none of that is ready', () => {
    const failed = look(analysing.rollout, target, { new: 1, beside: 1, analyses: [{ ...passed, verdict: 'fail' }] });

    expect(sharesOf(look(failed.rollout, target, { old: 0, new: 1, beside: 1 }))).toEqual({
      old: [4, 0],
      'new.baseline': [1, 100],
    });
  });

  it('ends the rollout when it does not stay up, because nothing could be compared', () => {
    const instances = [
      ...Array.from({ length: 4 }, (_, index) => anInstance('old', { id: `old-${index}` })),
      anInstance('new'),
      anInstance(baselineOf('new'), { id: 'beside', state: 'exited', failures: 3, message: 'exit status 1' }),
    ];
    const { rollout } = advanceRollout(
      begun.rollout,
      { target, observation: { instances, steps: [], analyses: [] }, command: null },
      2000,
    );

    expect(rollout.failed?.reason).toBe('the baseline: web does not stay up: exit status 1');
  });

  it('takes its instances from a worker, which has no requests to share', () => {
    const jobs = aModule({ name: 'jobs', serves: false, instances: 4 });
    const before: Rollout = { ...settled, stable: aRolloutTarget('old', jobs) };
    const wanted = { ...canary(), modules: [jobs] };
    const some = (operation: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        anInstance(operation, { id: `${operation}-${index}`, module: 'jobs' }),
      );
    const stepping = look(before, wanted).rollout;
    const at = (old: number, candidates: number, beside: number) =>
      advanceRollout(
        stepping,
        {
          target: wanted,
          observation: {
            instances: [...some('old', old), ...some('new', candidates), ...some('new.baseline', beside)],
            steps: [],
            analyses: [],
          },
          command: null,
        },
        1000,
      ).desired.modules[0]?.shares.map((each) => each.instances);

    expect(at(4, 0, 0), 'new, its baseline, old').toEqual([1, 0, 4]);
    expect(at(4, 1, 0)).toEqual([1, 0, 3]);
    expect(at(3, 1, 0)).toEqual([1, 1, 3]);
    expect(at(3, 1, 1)).toEqual([1, 1, 2]);
  });

  it('of an analysis beside the steps keeps the candidate small until that is over', () => {
    const beside = canary({
      steps: [
        { kind: 'weight', weight: 25 },
        { kind: 'weight', weight: 100 },
      ],
      background: { from: 0, within: 60_000, baseline: 'fresh' },
    });
    const first = look(settled, beside).rollout;
    const waiting = look(first, beside, { new: 1, beside: 1 });
    const done = look(waiting.rollout, beside, { new: 1, beside: 1, analyses: [{ ...passed, name: 'background' }] });

    expect(sharesOf(waiting)).toEqual({ old: [4, 50], new: [1, 25], 'new.baseline': [1, 25] });
    expect(sharesOf(done)).toEqual({ old: [4, 75], new: [4, 25] });
  });

  it('is not wanted for what was promoted, or comes after all requests', () => {
    const { progression } = target;
    const { stepping } = analysing.rollout;
    if (progression === null || stepping === null) throw new Error('it takes steps');

    expect(wantsBaseline(progression, stepping)).toBe(true);
    expect(wantsBaseline(progression, { ...stepping, promoted: true })).toBe(false);
    expect(wantsBaseline({ ...progression, steps: [{ kind: 'weight', weight: 100 }, fresh] }, stepping)).toBe(false);
  });
});

describe('a stable version that follows its weight', () => {
  const target = canary({
    steps: [
      { kind: 'weight', weight: 75 },
      { kind: 'pause', duration: null },
      { kind: 'weight', weight: 100 },
    ],
    dynamicStableScale: true,
  });
  const begun = look(settled, target);
  const shared = look(begun.rollout, target, { new: 3 });
  const aborted = advanceRollout(
    shared.rollout,
    {
      target,
      observation: {
        instances: [anInstance('old'), ...[1, 2, 3].map((each) => anInstance('new', { id: `new-${each}` }))],
        steps: [],
        analyses: [],
      },
      command: { number: 1, operation: 'new', kind: 'abort', step: null, by: 'grace', reason: 'too slow' },
    },
    1000,
  );

  it('keeps its instances until the requests are gone, then has what its share needs', () => {
    expect(sharesOf(begun)).toEqual({ old: [4, 100], new: [3, 0] });
    expect(sharesOf(shared)).toEqual({ old: [1, 25], new: [3, 75] });
  });

  it('makes up for instances of the candidate that are not ready', () => {
    expect(sharesOf(look(shared.rollout, target, { old: 1, new: 2 }))).toEqual({ old: [2, 25], new: [3, 75] });
  });

  it('has its instances back before it has the requests back', () => {
    expect(aborted.rollout.phase).toBe('returning');
    expect(sharesOf(aborted)).toEqual({ old: [4, 25], new: [3, 75] });
    expect(sharesOf(look(aborted.rollout, target, { old: 3, new: 3 }))).toEqual({ old: [4, 75], new: [1, 25] });
    expect(sharesOf(look(aborted.rollout, target, { old: 4, new: 1 }))).toEqual({ old: [4, 100] });
  });

  it('takes the requests as they are when its instances do not come back in time', () => {
    const instances = [anInstance('old'), anInstance('new')];
    const late = advanceRollout(
      aborted.rollout,
      { target, observation: { instances, steps: [], analyses: [] }, command: null },
      1_000_000,
    );

    expect(late.rollout.phase).toBe('failed');
    expect(late.desired.modules[0]?.shares).toEqual([{ operation: 'old', instances: 4, weight: 100 }]);
  });
});
