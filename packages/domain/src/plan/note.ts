import type { Plan, PlanOperation } from './plan.ts';

/** A line of the log of a plan. */
export interface PlanNote {
  readonly level: 'info' | 'warning' | 'error';
  readonly application: string | null;
  readonly site: string | null;
  readonly message: string;
}

export interface Advanced {
  readonly plan: Plan;
  readonly notes: readonly PlanNote[];
}

export function note(
  level: PlanNote['level'],
  message: string,
  operation?: PlanOperation,
  site: string | null = null,
): PlanNote {
  return { level, application: operation?.applicationName ?? null, site, message };
}

/** Says what a plan waits for; the same as before is no news. */
export function withReason(plan: Plan, reason: string | null): Advanced {
  if (plan.reason === reason) return { plan, notes: [] };
  return { plan: { ...plan, reason }, notes: reason === null ? [] : [note('info', reason)] };
}
