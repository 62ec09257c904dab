import { describe, expect, it } from 'vitest';
import type { ApprovalRule } from '../governance/policy.ts';
import { decideApproval } from './decide-approval.ts';
import { aPlan } from './plan-for-tests.ts';

const rule: ApprovalRule = { name: 'four eyes', count: 1, by: { kind: 'anyone' }, excludeRequester: true };
const given: Parameters<typeof decideApproval>[1] = {
  approver: { by: 'hedy', role: 'operator', teams: ['web', 'commerce'] },
  looked: 'content-1',
  analysed: 'content-1',
  environment: 'Production',
  rules: [rule],
};
const approve = (other: Partial<typeof given>, plan = aPlan({ state: 'awaiting-approval' })) =>
  decideApproval(plan, { ...given, ...other });

describe('an approval', () => {
  it('is recorded by whoever is asked and did not compose the plan', () => {
    expect(() => approve({})).not.toThrow();
    expect(() => approve({ rules: [{ ...rule, by: { kind: 'role', role: 'operator' } }] })).not.toThrow();
    expect(() => approve({ rules: [{ ...rule, by: { kind: 'team', team: 'commerce' } }] })).not.toThrow();
  });

  it.each([
    ['of other content than the plan has now', { looked: 'content-0' }, 'look at it again'],
    ['where nobody asks for one', { rules: [] }, 'Production asks for no approval'],
    ['of the wrong team', { rules: [{ ...rule, by: { kind: 'team', team: 'payments' } as const }] }, 'team payments'],
    ['of the wrong role', { rules: [{ ...rule, by: { kind: 'role', role: 'owner' } as const }] }, 'you are operator'],
    ['of one of its authors', { approver: { by: 'ada', role: 'operator', teams: [] } }, 'somebody else'],
  ])('is refused: %s', (_title, other, detail) => {
    expect(() => approve(other)).toThrow(detail);
  });

  it('of an author counts where the rule lets it', () => {
    const lenient = { ...rule, excludeRequester: false };

    expect(() => approve({ approver: { by: 'ada', role: 'owner', teams: [] }, rules: [lenient] })).not.toThrow();
  });

  it('comes too late for a plan that has begun', () => {
    expect(() => approve({}, aPlan({ state: 'deploying' }))).toThrow('only what has not begun is approved');
  });
});
