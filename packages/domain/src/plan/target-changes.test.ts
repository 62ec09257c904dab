import { describe, expect, it } from 'vitest';
import { anOperation, aPlan, applicationId, aTarget } from './plan-for-tests.ts';
import { targetChanges } from './target-changes.ts';

const nothing = new Map();
const orders = applicationId('orders');
const plan = (state: 'pending' | 'running', before = null as ReturnType<typeof aTarget> | null) =>
  aPlan({ state: 'deploying', operations: [anOperation('orders', { state, before })] });

describe('what a plan changes of its environment', () => {
  it('is staged first and then the target', () => {
    const staged = aTarget('new-orders');

    expect(targetChanges(plan('pending'), { targets: nothing, staged: nothing })).toEqual([
      { application: orders, staged },
    ]);
    expect(targetChanges(plan('running'), { targets: nothing, staged: new Map([[orders, staged]]) })).toEqual([
      { application: orders, target: staged, staged: null },
    ]);
  });

  it('is nothing where it is so already', () => {
    const present = { targets: new Map([[orders, aTarget('new-orders')]]), staged: nothing };

    expect(targetChanges(plan('running'), present)).toEqual([]);
  });

  it('is what was there before, where the plan goes back', () => {
    const before = aTarget('old-orders');
    const back = aPlan({ state: 'returning', operations: [anOperation('orders', { state: 'returning', before })] });
    const present = { targets: new Map([[orders, aTarget('new-orders')]]), staged: nothing };

    expect(targetChanges(back, present)).toEqual([{ application: orders, target: before }]);
    expect(
      targetChanges({ ...back, operations: back.operations.map((each) => ({ ...each, before: null })) }, present),
    ).toEqual([{ application: orders, target: null }]);
  });
});
