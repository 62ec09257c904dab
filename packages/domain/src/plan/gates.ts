import { mayWaitFor, type Obstacle } from '../governance/obstacle.ts';
import { type Advanced, note, withReason } from './note.ts';
import type { Plan, PlanContent, PlanObservation } from './plan.ts';

/** Where a plan stands that was started and meets these obstacles; a draft where no waiting helps. */
export function gateStateOf(obstacles: readonly Obstacle[]): 'draft' | 'awaiting-approval' | 'scheduled' | 'queued' {
  if (obstacles.some((each) => !mayWaitFor(each))) return 'draft';
  if (obstacles.some((each) => each.code === 'approval-missing')) return 'awaiting-approval';
  return obstacles.length === 0 ? 'queued' : 'scheduled';
}

/** Why a plan waits at its gates, in words. */
export function gateReason(obstacles: readonly Obstacle[]): string | null {
  const state = gateStateOf(obstacles);
  const told = state === 'draft' ? obstacles.filter((each) => !mayWaitFor(each)) : obstacles;
  return told.length === 0 ? null : told.map((each) => each.detail).join('; ');
}

/** Content as it is analysed now takes the place of what was analysed before. */
export function adopt(plan: Plan, analysed: PlanContent): Plan {
  return { ...plan, ...analysed };
}

/** Goes where the gates say, analysed again when what it was analysed against moved; unchanged in the queue. */
export function passGates(plan: Plan, observed: PlanObservation): Advanced {
  const { analysed, obstacles } = observed.gates;
  if (analysed.content !== plan.content)
    return {
      plan: adopt(plan, analysed),
      notes: [
        note(
          'warning',
          'what it was analysed against moved: it was analysed again, and approvals given before are void',
        ),
      ],
    };
  const state = gateStateOf(obstacles);
  if (state === plan.state) return state === 'queued' ? { plan, notes: [] } : withReason(plan, gateReason(obstacles));
  const reason = gateReason(obstacles);
  const told = {
    draft: `is a draft again: ${reason}`,
    'awaiting-approval': `waits for approval: ${reason}`,
    scheduled: `waits: ${reason}`,
    queued: 'every gate is open',
  }[state];
  return { plan: { ...plan, state, reason }, notes: [note(state === 'draft' ? 'warning' : 'info', told)] };
}
