import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationId, BuildId } from '../identity/id.ts';
import { type EnvironmentState, type HistoryChange, type InForce, outcomeOf, stateAt } from './environment-state.ts';
import { planRestore } from './plan-restore.ts';

const application = (name: string) => name as ApplicationId;
const build = (name: string, settings: string | null = 'none'): InForce => ({ build: name as BuildId, settings });
const changeOf = (
  at: number,
  kind: HistoryChange['kind'],
  [before, after]: readonly [string | null, string | null],
): HistoryChange => ({
  at,
  kind,
  application: application('orders'),
  before: before === null ? null : build(before),
  after: after === null ? null : build(after),
});

describe('the outcome of an entry', () => {
  it.each([
    ['deployed', ['b1', 'b2'], 'b2'],
    ['deployed', [null, 'b1'], 'b1'],
    ['configured', ['b1', 'b1'], 'b1'],
    ['removed', ['b1', null], null],
    ['failed', ['b1', 'b2'], 'b1'],
    ['failed', [null, 'b1'], null],
    ['returned', ['b1', 'b2'], 'b1'],
  ] as const)('of an operation that was %s from %j is %j', (kind, change, outcome) => {
    expect(outcomeOf(changeOf(1, kind, change))?.build ?? null).toBe(outcome);
  });
});

describe('the state of an environment at a moment', () => {
  const changes = [
    changeOf(10, 'deployed', [null, 'b1']),
    changeOf(20, 'deployed', ['b1', 'b2']),
    changeOf(30, 'failed', ['b2', 'b3']),
    changeOf(40, 'removed', ['b2', null]),
    changeOf(50, 'deployed', [null, 'b4']),
  ];

  it.each([
    [9, null],
    [10, 'b1'],
    [19, 'b1'],
    [20, 'b2'],
    [35, 'b2'],
    [40, null],
    [99, 'b4'],
  ])('%d has what the entries up to it left: %j', (moment, running) => {
    const state = stateAt({ snapshot: null, changes, moment });

    expect(state.get(application('orders'))?.build ?? null).toBe(running);
  });

  it('is refused of a snapshot that was taken later', () => {
    expect(() => stateAt({ snapshot: { at: 20, state: new Map() }, changes, moment: 10 })).toThrow('before it was');
  });
});

const names = fc.constantFrom('a', 'b', 'c', 'd');
const settled = fc.option(
  fc.record({
    build: fc.constantFrom('1', '2', '3').map((each) => each as BuildId),
    settings: fc.constantFrom('x', 'y'),
  }),
);
const history = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: 3 }),
      application: names.map(application),
      kind: fc.constantFrom('deployed', 'configured', 'removed', 'failed', 'returned'),
      before: settled,
      after: settled,
    }),
    { maxLength: 60 },
  )
  .map((entries) => {
    let at = 0;
    return entries.map(({ gap, ...entry }): HistoryChange => {
      at += gap;
      return { ...entry, at };
    });
  });

describe('history', () => {
  it('gives the same state from any snapshot on as from the beginning', () => {
    fc.assert(
      fc.property(history, fc.nat(100), fc.nat(100), (changes, one, other) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        const snapshot = { at: early, state: stateAt({ snapshot: null, changes, moment: early }) };

        const [whole, short] = [null, snapshot].map((each) => stateAt({ snapshot: each, changes, moment: late }));

        expect(short).toEqual(whole);
      }),
    );
  });

  it('gives the state that folding one entry after the other gives', () => {
    fc.assert(
      fc.property(history, fc.nat(100), (changes, moment) => {
        const folded = new Map<ApplicationId, InForce | null>();
        for (const change of changes)
          if (change.at <= moment)
            folded.set(
              change.application,
              change.kind === 'failed' || change.kind === 'returned' ? change.before : change.after,
            );

        const state = stateAt({ snapshot: null, changes, moment });

        expect(state).toEqual(new Map([...folded].filter(([, value]) => value !== null)));
      }),
    );
  });
});

const states = fc
  .dictionary(names, fc.record({ build: fc.constantFrom('1', '2'), settings: fc.option(fc.constantFrom('x', 'y')) }))
  .map((each) => new Map(Object.entries(each)) as unknown as EnvironmentState);

describe('the way back to a state', () => {
  it('leads to it, and touches nothing that is there already', () => {
    fc.assert(
      fc.property(states, states, (now, then) => {
        const steps = planRestore(now, then);
        const reached = new Map(now);
        for (const step of steps) {
          if (step.kind === 'take-out') reached.delete(step.application);
          else reached.set(step.application, step.wanted);
        }

        expect([...reached.keys()].toSorted()).toEqual([...then.keys()].toSorted());
        for (const [key, wanted] of then) {
          expect(reached.get(key)?.build).toBe(wanted.build);
          if (wanted.settings !== null) expect(reached.get(key)?.settings).toBe(wanted.settings);
        }
        expect(planRestore(reached, then)).toEqual([]);
        expect(new Set(steps.map((each) => each.application)).size).toBe(steps.length);
      }),
    );
  });
});
