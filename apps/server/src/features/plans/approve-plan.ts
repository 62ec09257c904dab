import { actorName, decideApproval, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { type CommandContext, refuseUnproved } from '#platform/http';
import type { PlanRow } from './load-plan.ts';
import { readStanding } from './read-standing.ts';
import { type Voice, voiceOf } from './voices.ts';

/** Records that somebody approves what a plan contains, where that counts; the same approval again is no second one. */
export async function approvePlan(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly content: string; readonly comment: string },
): Promise<void> {
  const { row } = input;
  const { type } = await context.db
    .selectFrom('environments')
    .select('type')
    .where('id', '=', row.environmentId)
    .executeTakeFirstOrThrow();
  if (type === 'production') refuseUnproved(context.actor);
  const { gates, facts } = await readStanding(context, row);
  const by = actorName(context.actor);
  const voice = await ownVoice(context, row);
  decideApproval(row.body, {
    approver: { by, ...voice },
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
    // Who speaks for something else now says more than they did.
    .where('role', '=', voice.role)
    .where(sql<boolean>`teams = ${[...voice.teams]}::text[]`)
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
  const voice = await ownVoice(context, input.row);
  await context.db
    .insertInto('planApprovals')
    .values({
      id: context.newId(),
      planId: input.row.id,
      verdict: input.verdict,
      principal: actorName(context.actor),
      role: voice.role,
      teams: [...voice.teams],
      content: input.content,
      comment: input.comment,
      at: context.now,
      withdrawnAt: null,
    })
    .execute();
}

async function ownVoice({ actor, db }: CommandContext, row: PlanRow): Promise<Voice> {
  if (actor.kind !== 'principal') return refuse('not-permitted', 'a person or a service account approves');
  return voiceOf(db, { actor, row });
}
