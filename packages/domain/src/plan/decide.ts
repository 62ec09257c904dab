import { resumeFleet } from '../fleet/advance-fleet.ts';
import { mayWaitFor, type Obstacle } from '../governance/obstacle.ts';
import { refuse } from '../refusal/refusal.ts';
import { isRinged } from './advance-rings.ts';
import { adopt, gateReason, gateStateOf } from './gates.ts';
import { isAtGates, isTerminal, mayAbort, mayCancel, mayPause, type Plan, type PlanContent } from './plan.ts';

/**
 * Starts a draft: it goes to its gates, and from there on by itself. What no waiting helps refuses the start; so does a
 * freeze, unless whoever starts it says that it should wait. Starting what was started already is the same start.
 */
export function decideStart(
  plan: Plan,
  given: {
    readonly analysed: PlanContent;
    readonly obstacles: readonly Obstacle[];
    readonly waitForThaw: boolean;
  },
): Plan {
  if (isAtGates(plan.state)) return plan;
  if (plan.state !== 'draft')
    return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; only a draft is started`);
  const against = given.obstacles.filter((each) => !mayWaitFor(each) || (each.code === 'frozen' && !given.waitForThaw));
  const [first] = against;
  if (first !== undefined) {
    const told = against.map(tell).join('; ');
    return refuse(refusalOf(first), `plan ${plan.number} cannot start: ${told}`);
  }
  const { obstacles } = given;
  return { ...adopt(plan, given.analysed), state: gateStateOf(obstacles), reason: gateReason(obstacles) };
}

/** What whoever starts it can do at once is said with it. */
function tell(obstacle: Obstacle): string {
  if (obstacle.code === 'unconfirmed') return `${obstacle.detail}; ${obstacle.action}`;
  if (obstacle.code === 'frozen')
    return `${obstacle.detail}; to have it wait for the end, start it with --wait-for-thaw`;
  return obstacle.detail;
}

function refusalOf(obstacle: Obstacle) {
  switch (obstacle.code) {
    case 'quarantined':
      return 'quarantined';
    case 'frozen':
      return 'frozen';
    case 'unconfirmed':
      return 'confirmation-needed';
    case 'tests-failed':
    case 'tests-missing':
      return 'evidence-missing';
    default:
      return 'plan-has-errors';
  }
}

/** Gives a plan that has not begun other content: it is a draft again, and whoever edits it is one of its authors. */
export function decideEdit(
  plan: Plan,
  edit: {
    readonly analysed: PlanContent;
    readonly failurePolicy: Plan['failurePolicy'];
    readonly by: string;
  },
): Plan {
  if (!mayCancel(plan.state))
    return refuse(
      'wrong-state',
      `plan ${plan.number} is ${plan.state}; only what has not begun is edited. Make a new plan of it: almanac plan retry ${plan.number}`,
    );
  return {
    ...adopt(plan, edit.analysed),
    failurePolicy: edit.failurePolicy,
    authors: [...new Set([...plan.authors, edit.by])],
    state: 'draft',
    reason: null,
  };
}

/** Says when a plan may begin at the earliest; null for as soon as its gates are open. */
export function decideSchedule(plan: Plan, startAt: number | null): Plan {
  if (!mayCancel(plan.state))
    return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; only what has not begun is scheduled`);
  return plan.startAt === startAt ? plan : { ...plan, startAt };
}

/** Sends a plan back to whoever composed it. */
export function decideReject(plan: Plan, given: { readonly by: string; readonly comment: string }): Plan {
  if (!isAtGates(plan.state))
    return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; only what waits to begin is rejected`);
  return { ...plan, state: 'draft', reason: `rejected by ${given.by}: ${given.comment}` };
}

/** Lets a plan rest: nothing further begins, what runs comes to its end. */
export function decidePause(plan: Plan, reason: string): Plan {
  if (plan.state === 'paused') return plan;
  if (!mayPause(plan.state)) return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; it cannot be paused`);
  const from = plan.state as NonNullable<Plan['paused']>['from'];
  return { ...plan, state: 'paused', paused: { from, by: 'person' }, reason: `paused: ${reason}` };
}

/** Lets a paused plan go on, or a staged one switch. Continuing what goes on already is the same continue. */
export function decideContinue(plan: Plan, now: number): Plan {
  if (plan.state === 'paused' && plan.paused !== null)
    return {
      ...plan,
      state: plan.paused.from,
      paused: null,
      reason: null,
      // What failed in a ring until now is accepted by whoever continues, and rings that went back are taken anew.
      operations: plan.operations.map((each) =>
        isRinged(each) ? { ...each, fleet: resumeFleet(each.fleet, now) } : each,
      ),
    };
  if (plan.state === 'staged') return plan.continued ? plan : { ...plan, continued: true };
  if (plan.continued && !isTerminal(plan.state)) return plan;
  return refuse('wrong-state', `plan ${plan.number} is ${plan.state}; there is nothing to continue`);
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
  return { ...plan, state: 'aborting', paused: null, reason: 'aborted', operations };
}
