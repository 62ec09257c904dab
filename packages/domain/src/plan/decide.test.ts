import { describe, expect, it } from 'vitest';
import type { Obstacle, ObstacleCode } from '../governance/obstacle.ts';
import { DomainError } from '../refusal/refusal.ts';
import {
  decideAbort,
  decideCancel,
  decideContinue,
  decideEdit,
  decidePause,
  decideReject,
  decideSchedule,
  decideStart,
} from './decide.ts';
import { hasBegun, isTerminal, isUnderWay, mayCancel, type PlanState, planStates, planTransitions } from './plan.ts';
import { anOperation, aPlan, openGates } from './plan-for-tests.ts';

const anObstacle = (code: ObstacleCode, detail: string = code): Obstacle => ({
  code,
  application: null,
  detail,
  owner: 'somebody',
  action: 'something',
  earliest: null,
});

const start = (state: PlanState, obstacles: readonly Obstacle[] = [], waitForThaw = false) => {
  const plan = aPlan({ state });
  return decideStart(plan, { analysed: openGates(plan).analysed, obstacles, waitForThaw });
};

const commands = {
  start: (state: PlanState) => start(state),
  edit: (state: PlanState) => {
    const plan = aPlan({ state });
    return decideEdit(plan, { analysed: openGates(plan).analysed, failurePolicy: 'stop', by: 'grace' });
  },
  schedule: (state: PlanState) => decideSchedule(aPlan({ state }), 5000),
  reject: (state: PlanState) => decideReject(aPlan({ state }), { by: 'grace', comment: 'not on a Friday' }),
  pause: (state: PlanState) => decidePause(aPlan({ state }), 'the phone rings'),
  continue: (state: PlanState) => decideContinue(aPlan({ state, paused: { from: 'deploying', by: 'person' } }), 0),
  cancel: (state: PlanState) => decideCancel(aPlan({ state })),
  abort: (state: PlanState) => decideAbort(aPlan({ state }), 1000),
} as const;

/** From which states each command is taken, and where it leads; everywhere else it is refused. */
const taken: Readonly<Record<keyof typeof commands, Partial<Record<PlanState, PlanState>>>> = {
  start: { draft: 'queued', 'awaiting-approval': 'awaiting-approval', scheduled: 'scheduled', queued: 'queued' },
  edit: { draft: 'draft', 'awaiting-approval': 'draft', scheduled: 'draft', queued: 'draft' },
  schedule: {
    draft: 'draft',
    'awaiting-approval': 'awaiting-approval',
    scheduled: 'scheduled',
    queued: 'queued',
  },
  reject: { 'awaiting-approval': 'draft', scheduled: 'draft', queued: 'draft' },
  pause: { staging: 'paused', staged: 'paused', deploying: 'paused', paused: 'paused' },
  continue: { paused: 'deploying', staged: 'staged' },
  cancel: {
    draft: 'cancelled',
    'awaiting-approval': 'cancelled',
    scheduled: 'cancelled',
    queued: 'cancelled',
    cancelled: 'cancelled',
  },
  abort: {
    staging: 'aborting',
    staged: 'aborting',
    deploying: 'aborting',
    paused: 'aborting',
    aborting: 'aborting',
    aborted: 'aborted',
  },
};

const cells = (Object.keys(commands) as (keyof typeof commands)[]).flatMap((command) =>
  planStates.map((state) => ({ command, state, leadsTo: taken[command][state] ?? 'a refusal' })),
);

describe('commands to a plan', () => {
  it.each(cells)('$command of a plan that is $state leads to $leadsTo', ({ command, state, leadsTo }) => {
    if (leadsTo === 'a refusal') {
      expect(() => commands[command](state)).toThrow(DomainError);
      return;
    }
    const after = commands[command](state).state;
    expect(after).toBe(leadsTo);
    if (after !== state) expect(planTransitions[state]).toContain(after);
  });

  it.each<[ObstacleCode, string]>([
    ['finding', 'plan-has-errors'],
    ['unconfirmed', 'confirmation-needed'],
    ['quarantined', 'quarantined'],
    ['tests-failed', 'evidence-missing'],
    ['tests-missing', 'evidence-missing'],
    ['frozen', 'frozen'],
  ])('what no waiting helps refuses the start: %s with %s', (obstacle, code) => {
    const refused = () => start('draft', [anObstacle(obstacle), anObstacle('approval-missing')]);

    expect(refused).toThrow(DomainError);
    expect(refused).toThrow(`plan 1 cannot start: ${obstacle}`);
    try {
      refused();
    } catch (error) {
      expect((error as DomainError).refusal.code).toBe(code);
    }
  });

  it.each<[readonly ObstacleCode[], PlanState]>([
    [[], 'queued'],
    [['approval-missing'], 'awaiting-approval'],
    [['approval-missing', 'outside-window'], 'awaiting-approval'],
    [['outside-window'], 'scheduled'],
    [['scheduled'], 'scheduled'],
    [['too-young', 'not-soaked'], 'scheduled'],
  ])('a start that meets %j leads to %s', (codes, state) => {
    expect(
      start(
        'draft',
        codes.map((code) => anObstacle(code)),
      ).state,
    ).toBe(state);
  });

  it('a start that says so waits for the end of a freeze', () => {
    expect(start('draft', [anObstacle('frozen')], true)).toMatchObject({ state: 'scheduled', reason: 'frozen' });
  });

  it('a plan with errors is not started, and the refusal names each of them', () => {
    expect(() => start('draft', [anObstacle('finding', 'A has no value'), anObstacle('finding', 'no site')])).toThrow(
      'plan 1 cannot start: A has no value; no site',
    );
  });

  it('who edits a plan becomes one of its authors, once', () => {
    const once = commands.edit('queued');
    const again = decideEdit(once, { analysed: openGates(once).analysed, failurePolicy: 'return', by: 'grace' });

    expect(again.authors).toEqual(['ada', 'grace']);
    expect(again.failurePolicy).toBe('return');
  });

  it('two people who continue a staged plan continue it once', () => {
    const once = decideContinue(aPlan({ state: 'staged' }), 0);

    expect(once.continued).toBe(true);
    expect(decideContinue(once, 0)).toBe(once);
    expect(decideContinue({ ...once, state: 'deploying' }, 0).state).toBe('deploying');
  });

  it('an abort keeps what is finished, takes back what runs, and leaves out what waits', () => {
    const plan = aPlan({
      state: 'deploying',
      operations: [
        anOperation('catalog', { state: 'succeeded' }),
        anOperation('orders', { state: 'running' }),
        anOperation('storefront', { state: 'pending' }),
      ],
    });

    const after = decideAbort(plan, 1000);

    expect(after.operations.map((each) => each.state)).toEqual(['succeeded', 'returning', 'cancelled']);
  });

  it.each(planStates)('%s is before, in or after its run, and never two of these', (state) => {
    expect([isTerminal(state), isUnderWay(state)].filter(Boolean).length).toBeLessThanOrEqual(1);
  });

  it.each(planStates)('%s can still be cancelled, was cancelled, or has begun', (state) => {
    expect([mayCancel(state), state === 'cancelled', hasBegun(state)].filter(Boolean)).toHaveLength(1);
  });
});
