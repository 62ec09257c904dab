import { decideStart, type PlanId } from '@almanac/domain';
import type { RefreshDocuments } from '#features/sites';
import type { CommandContext } from '#platform/http';
import { wakePlan } from './advance-plan.task.ts';
import { findPlan } from './load-plan.ts';
import { savePlan } from './save-plan.ts';

/** Starts a plan that the system itself composed. */
export async function startPlan(
  context: CommandContext,
  input: { readonly plan: PlanId; readonly note: string; readonly refreshDocuments: RefreshDocuments },
): Promise<void> {
  const row = await findPlan(context.db, input.plan);
  const plan = decideStart(row.body, row.findings);
  await savePlan(context, {
    row,
    plan,
    notes: [{ level: 'info', application: null, site: null, message: input.note }],
    refreshDocuments: input.refreshDocuments,
  });
  await wakePlan(context, input.plan);
}
