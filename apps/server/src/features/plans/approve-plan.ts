import { type Actor, actorName, decideApproval, refuse } from '@almanac/domain';
import type { CommandContext } from '#platform/http';
import type { PlanRow } from './load-plan.ts';
import { readStanding } from './read-standing.ts';

/** Records that somebody approves what a plan contains, where that counts; the same approval again is no second one. */
export async function approvePlan(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly content: string; readonly comment: string },
): Promise<void> {
  const { row } = input;
  const { gates, facts } = await readStanding(context, row);
  const by = actorName(context.actor);
  decideApproval(row.body, {
    approver: { by, ...roleOf(context.actor) },
    looked: input.content,
    analysed: gates.analysed.content,
    environment: facts.environment,
    rules: facts.requirements.approvals,
  });
  const earlier = await context.db
    .selectFrom('planApprovals')
    .select('id')
    .where('planId', '=', row.id)
    .where('principal', '=', by)
    .where('verdict', '=', 'approved')
    .where('content', '=', input.content)
    .where('withdrawnAt', 'is', null)
    .executeTakeFirst();
  if (earlier !== undefined) return;
  await recordVerdict(context, { row, verdict: 'approved', content: input.content, comment: input.comment });
}

export async function recordVerdict(
  context: CommandContext,
  input: {
    readonly row: PlanRow;
    readonly verdict: 'approved' | 'rejected';
    readonly content: string;
    readonly comment: string;
  },
): Promise<void> {
  await context.db
    .insertInto('planApprovals')
    .values({
      id: context.newId(),
      planId: input.row.id,
      verdict: input.verdict,
      principal: actorName(context.actor),
      ...roleOf(context.actor),
      content: input.content,
      comment: input.comment,
      at: context.now,
      withdrawnAt: null,
    })
    .execute();
}

function roleOf(actor: Actor): { readonly role: string; readonly team: string | null } {
  return actor.kind === 'principal'
    ? { role: actor.role, team: actor.team }
    : refuse('not-permitted', 'a person or a service account approves');
}
