import type { ApprovalRule } from '../governance/policy.ts';
import { refuse } from '../refusal/refusal.ts';
import { mayCancel, type Plan } from './plan.ts';

/** Whose approval it is. */
export interface Approver {
  readonly by: string;
  /** The role that decides what they may do with what the plan changes. */
  readonly role: string;
  readonly teams: readonly string[];
}

/**
 * Decides whether an approval may be recorded. It is refused where it would count for nothing: of other content than the
 * plan has now, of one's own plan, or where no rule asks for this person.
 */
export function decideApproval(
  plan: Plan,
  given: {
    readonly approver: Approver;
    /** The content that was looked at, and the one that the plan has when it is analysed now. */
    readonly looked: string;
    readonly analysed: string;
    readonly environment: string;
    readonly rules: readonly ApprovalRule[];
  },
): void {
  const { approver, rules } = given;
  if (!mayCancel(plan.state))
    refuse('wrong-state', `plan ${plan.number} is ${plan.state}; only what has not begun is approved`);
  if (given.looked !== given.analysed)
    refuse('content-moved', `plan ${plan.number} is not what you looked at any more; look at it again`);
  if (rules.length === 0) refuse('nothing-to-do', `${given.environment} asks for no approval`);
  const asked = rules.filter((rule) => isAsked(rule, approver));
  if (asked.length === 0)
    refuse(
      'not-permitted',
      `${given.environment} asks for ${rules.map(wordsOf).join(' and ')}, and you are ${approver.role}`,
    );
  if (plan.authors.includes(approver.by) && asked.every((rule) => rule.excludeRequester))
    refuse('self-approval', `you composed or edited plan ${plan.number}; somebody else has to approve it`);
}

function isAsked(rule: ApprovalRule, who: Approver): boolean {
  if (rule.by.kind === 'anyone') return true;
  return rule.by.kind === 'role' ? who.role === rule.by.role : who.teams.includes(rule.by.team);
}

function wordsOf(rule: ApprovalRule): string {
  if (rule.by.kind === 'anyone') return 'anybody who may approve';
  return rule.by.kind === 'role' ? `role ${rule.by.role}` : `team ${rule.by.team}`;
}
