import { describe, expect, it } from 'vitest';
import { DomainError } from '../refusal/refusal.ts';
import { decideAbort, decideCancel, decideStart } from './decide.ts';
import { isTerminal, isUnderWay, type PlanState, planStates, planTransitions } from './plan.ts';
import { anOperation, aPlan } from './plan-for-tests.ts';

const commands = {
  start: (state: PlanState) => decideStart(aPlan({ state }), []),
  cancel: (state: PlanState) => decideCancel(aPlan({ state })),
  abort: (state: PlanState) => decideAbort(aPlan({ state }), 1000),
} as const;

/** From which states each command is taken, and where it leads; everywhere else it is refused. */
const taken: Readonly<Record<keyof typeof commands, Partial<Record<PlanState, PlanState>>>> = {
  start: { draft: 'queued', queued: 'queued' },
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

  it('a plan with errors is not started, and the refusal names each of them', () => {
    const findings = [
      { severity: 'error' as const, detail: 'PAYMENT_KEY has no value' },
      { severity: 'warning' as const, detail: 'goes down' },
      { severity: 'error' as const, detail: 'no site carries it' },
    ];

    expect(() => decideStart(aPlan({ state: 'draft' }), findings)).toThrow(
      'plan 1 cannot start: PAYMENT_KEY has no value; no site carries it',
    );
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
});
