import { DomainError, decideAbort, decideCancel, mayCancel, type Plan } from '@almanac/domain';
import { findActor } from '#features/access';
import { accessOf } from '#features/authorization';
import type { CommandContext } from '#platform/http';
import type { PlanRow } from './load-plan.ts';

/**
 * Asks again, when a plan begins or goes on by itself, for whoever had it started: a right that was taken away meanwhile
 * ends what was put off by it.
 *
 * @returns Why it may not; undefined when it may, and for what the system caused.
 */
export async function whyNoLonger(context: CommandContext, row: PlanRow): Promise<string | undefined> {
  if (row.causedBy === null) return undefined;
  const { db } = context;
  const actor = await findActor(db, row.causedBy);
  if (actor === undefined) return 'whoever had it started is not there any more';
  const applications = row.body.operations.map((each) => each.application);
  try {
    await accessOf(actor).ask(db, { capability: 'deploy', environment: row.environmentId, applications });
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return `${actor.name}, who had it started, may not do that any more: ${error.refusal.detail}`;
  }
}

/** A plan that may not go on: cancelled where it changed nothing yet, aborted otherwise. */
export function stopped(plan: Plan, given: { readonly reason: string; readonly now: number }): Plan {
  const ended = mayCancel(plan.state) ? decideCancel(plan) : decideAbort(plan, given.now);
  return { ...ended, reason: given.reason };
}

/** Whoever starts, schedules or continues a plan is asked for when it fires. */
export async function noteCause(context: CommandContext, row: PlanRow): Promise<void> {
  if (context.actor.kind !== 'principal') return;
  await context.db.updateTable('plans').set({ causedBy: context.actor.id }).where('id', '=', row.id).execute();
}
