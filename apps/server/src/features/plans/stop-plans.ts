import { decideAbort, decideCancel, mayAbort, mayCancel } from '@almanac/domain';
import type { RefreshDocuments } from '#features/sites';
import type { CommandContext } from '#platform/http';
import { planRows } from './load-plan.ts';
import { savePlan } from './save-plan.ts';

/** Ends every plan that has not ended: what waits is cancelled, what is under way is aborted. Drafts stay. */
export async function stopPlans(
  context: CommandContext,
  input: { readonly reason: string; readonly refreshDocuments: RefreshDocuments },
): Promise<void> {
  const rows = await planRows(context.db)
    .where('plans.endedAt', 'is', null)
    .where('plans.state', '<>', 'draft')
    .orderBy('plans.number')
    .execute();
  for (const row of rows) {
    if (!mayCancel(row.body.state) && !mayAbort(row.body.state)) continue;
    const decided = mayCancel(row.body.state) ? decideCancel(row.body) : decideAbort(row.body, context.now.getTime());
    await savePlan(context, {
      row,
      plan: { ...decided, reason: input.reason },
      notes: [{ level: 'warning', application: null, site: null, message: `stopped: ${input.reason}` }],
      refreshDocuments: input.refreshDocuments,
    });
  }
}
