import { refuse } from '../refusal/refusal.ts';
import { mayAbort, mayCancel, type Plan } from './plan.ts';

/** Puts a draft into the queue. Starting what is queued already is the same start. */
export function decideStart(
  plan: Plan,
  findings: readonly { readonly severity: 'error' | 'warning'; readonly detail: string }[],
): Plan {
  if (plan.state === 'queued') return plan;
  if (plan.state !== 'draft')
    return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; only a draft is started`);
  const errors = findings.filter((each) => each.severity === 'error');
  if (errors.length > 0)
    return refuse(
      'plan-has-errors',
      `plan ${plan.number} cannot start: ${errors.map((each) => each.detail).join('; ')}`,
    );
  return { ...plan, state: 'queued', reason: null };
}

/** Ends a plan that changed nothing. */
export function decideCancel(plan: Plan): Plan {
  if (plan.state === 'cancelled') return plan;
  if (!mayCancel(plan.state))
    return refuse(
      'wrong-state',
      `plan ${plan.number} is ${plan.state}; ${mayAbort(plan.state) ? 'it changes the environment already: abort it instead' : 'it has ended'}`,
    );
  return {
    ...plan,
    state: 'cancelled',
    reason: 'cancelled',
    operations: plan.operations.map((each) => ({ ...each, state: 'cancelled' })),
  };
}

/** Stops a plan that is under way: what is finished stays, what runs goes back, what waits is left out. */
export function decideAbort(plan: Plan, now: number): Plan {
  if (plan.state === 'aborting' || plan.state === 'aborted') return plan;
  if (!mayAbort(plan.state))
    return refuse(
      'wrong-state',
      `plan ${plan.number} is ${plan.state}; ${mayCancel(plan.state) ? 'cancel it instead' : 'it has ended'}`,
    );
  const operations = plan.operations.map((each) => {
    if (each.state === 'running') return { ...each, state: 'returning' as const };
    if (each.state === 'pending') return { ...each, state: 'cancelled' as const, endedAt: now };
    return each;
  });
  return { ...plan, state: 'aborting', reason: 'aborted', operations };
}
