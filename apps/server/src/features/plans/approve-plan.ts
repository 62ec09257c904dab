import { type Actor, type ApprovalRule, actorName, mayCancel, refuse } from '@almanac/domain';
import type { CommandContext } from '#platform/http';
import type { PlanRow } from './load-plan.ts';
import { readStanding } from './read-standing.ts';

/**
 * Records that somebody approves what a plan contains. Refused where it would count for nothing: of other content than
 * the plan has now, of one's own plan, or where no rule asks for this person.
 */
export async function approvePlan(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly content: string; readonly comment: string },
): Promise<void> {
  const { row } = input;
  const { body } = row;
  if (!mayCancel(body.state))
    return refuse('wrong-state', `plan ${body.number} is ${body.state}; only what has not begun is approved`);
  const { gates, facts } = await readStanding(context, row);
  if (input.content !== gates.analysed.content)
    return refuse('content-moved', `plan ${body.number} is not what you looked at any more; look at it again`);
  const by = actorName(context.actor);
  const { role, team } = roleOf(context.actor);
  const rules = facts.requirements.approvals;
  if (rules.length === 0) return refuse('nothing-to-do', `${facts.environment} asks for no approval`);
  const asked = rules.filter((rule) => isAsked(rule, { role, team }));
  if (asked.length === 0)
    return refuse(
      'not-permitted',
      `${facts.environment} asks for ${rules.map(wordsOf).join(' and ')}, and you are ${role}`,
    );
  if (body.authors.includes(by) && asked.every((rule) => rule.excludeRequester))
    return refuse('self-approval', `you composed or edited plan ${body.number}; somebody else has to approve it`);
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

function isAsked(rule: ApprovalRule, who: { readonly role: string; readonly team: string | null }): boolean {
  if (rule.by.kind === 'anyone') return true;
  return rule.by.kind === 'role' ? who.role === rule.by.role : who.team === rule.by.team;
}

function wordsOf(rule: ApprovalRule): string {
  if (rule.by.kind === 'anyone') return 'anybody who may approve';
  return rule.by.kind === 'role' ? `role ${rule.by.role}` : `team ${rule.by.team}`;
}
