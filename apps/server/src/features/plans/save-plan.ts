import { type Plan as DomainPlan, hasBegun, isTerminal, type PlanNote, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { type EndedOperation, recordHistory } from '#features/history';
import { holdFollowing } from '#features/holds';
import { setBack, storeGiven } from '#features/settings';
import type { RefreshDocuments } from '#features/sites';
import type { CommandContext } from '#platform/http';
import type { Analysis } from './analysis-stamp.ts';
import { choicesOf } from './choice.ts';
import type { PlanRow } from './load-plan.ts';
import { saveTargets } from './targets.ts';

/**
 * Saves what was decided about a plan with everything that follows from it: targets, documents of the sites, log,
 * history. The revision that was read is expected: whoever decided on an older plan decides again.
 */
export async function savePlan(
  context: CommandContext,
  input: {
    readonly row: PlanRow;
    readonly plan: DomainPlan;
    readonly notes: readonly PlanNote[];
    /** The analysis on which it was decided, where it was. */
    readonly analysis?: Analysis;
    readonly refreshDocuments: RefreshDocuments;
  },
): Promise<void> {
  const { row, plan, analysis } = input;
  const { db } = context;
  // One look may take a plan from the queue to its end: what it is now says that it began, whatever it was.
  const began = row.startedAt === null && hasBegun(plan.state);
  const saved = await db
    .updateTable('plans')
    .set({
      state: plan.state,
      body: JSON.stringify(plan),
      revision: row.revision + 1,
      ...(analysis === undefined ? {} : keptOf(analysis, plan)),
      ...(began ? { startedAt: context.now } : {}),
      ...(isTerminal(plan.state) ? { endedAt: context.now } : {}),
    })
    .where('id', '=', plan.id)
    .where('revision', '=', row.revision)
    .executeTakeFirst();
  if (saved.numUpdatedRows !== 1n)
    return refuse('revision-mismatch', `plan ${plan.number} was changed meanwhile; try again`);
  await writeLog(context, { plan, notes: input.notes });
  // Values that came with the plan hold from here on, for it and for whatever comes after it.
  if (began)
    for (const { application, given, valuesBack = [] } of choicesOf(row)) {
      const place = { application, environment: plan.environment, by: row.requestedBy };
      await setBack(context, { ...place, values: valuesBack });
      await storeGiven(context, { ...place, given });
    }
  const writes = hasBegun(plan.state) && !isTerminal(row.body.state);
  if (writes && (await saveTargets(context, plan))) await input.refreshDocuments(context, plan.environment);
  await recordEnds(context, { row, plan });
  await context.record({
    kind: 'plan-changed',
    subject: { plan: plan.id, environment: plan.environment, state: plan.state, was: row.body.state },
  });
}

/** What is kept of an analysis: it stands for the plan only where the plan has its content. */
export function keptOf({ analysed, findings, stamp }: Analysis, plan: DomainPlan) {
  return {
    findings: JSON.stringify(findings),
    analysisStamp: analysed.content === plan.content ? stamp : null,
  };
}

async function writeLog(
  context: CommandContext,
  input: { readonly plan: DomainPlan; readonly notes: readonly PlanNote[] },
): Promise<void> {
  if (input.notes.length === 0) return;
  const { last } = await context.db
    .selectFrom('planLog')
    .select(sql<number>`coalesce(max(position), 0)`.as('last'))
    .where('planId', '=', input.plan.id)
    .executeTakeFirstOrThrow();
  await context.db
    .insertInto('planLog')
    .values(
      input.notes.map((note, index) => ({
        planId: input.plan.id,
        position: last + index + 1,
        at: context.now,
        ...note,
      })),
    )
    .execute();
}

const historyKind = { deploy: 'deployed', configure: 'configured', remove: 'removed' } as const;

/** One entry for each operation that reached its end with this change. */
async function recordEnds(
  context: CommandContext,
  input: { readonly row: PlanRow; readonly plan: DomainPlan },
): Promise<void> {
  const ended = input.plan.operations.flatMap((operation): EndedOperation[] => {
    const earlier = input.row.body.operations.find((each) => each.id === operation.id);
    const moved = earlier !== undefined && earlier.state !== operation.state;
    if (!moved || !(operation.state === 'succeeded' || operation.state === 'failed' || operation.state === 'returned'))
      return [];
    const { application, applicationName: name, before, after, message: detail } = operation;
    const kind = operation.state === 'succeeded' ? historyKind[operation.kind] : operation.state;
    return [{ application, name, kind, before, after, detail }];
  });
  const { environment, id, number } = input.plan;
  const by = input.row.requestedBy;
  await recordHistory(context, { environment, plan: { id, number }, by, ended });
  if (input.row.origin === 'restore' || input.row.origin === 'rollback')
    await holdFollowing(context, { environment, plan: number, by, ended });
}
