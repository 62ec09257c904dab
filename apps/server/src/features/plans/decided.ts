import {
  type AccessScope,
  actorName,
  DomainError,
  type Plan as DomainPlan,
  isTerminal,
  type PlanNote,
  refuse,
} from '@almanac/domain';
import type { Plan } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { RefreshDocuments } from '#features/sites';
import type { CommandContext } from '#platform/http';
import { veilFor } from '#scope';
import type { Tables } from '#tables';
import { wakePlan, wakePlansOf } from './advance-plan.task.ts';
import type { Analysis } from './analysis-stamp.ts';
import { findPlan, type PlanRow, presentPlans } from './load-plan.ts';
import { lockPlans } from './lock-plans.ts';
import { savePlan } from './save-plan.ts';

interface Decision {
  readonly plan: DomainPlan;
  /** The analysis on which it was decided, where it was. */
  readonly analysis?: Analysis;
  /** What belongs into the log besides. */
  readonly remark?: string;
}

export interface PlanCommand {
  readonly reference: string;
  readonly revision: number | undefined;
  readonly decide: (row: PlanRow) => Promise<Decision> | Decision;
  /** A word for the log, such as `started`. */
  readonly note: string;
}

/** Loads a plan, decides, saves, wakes the engine: the shape of every command about a plan. */
export function createDecided(refreshDocuments: RefreshDocuments) {
  return async (context: CommandContext, given: PlanCommand): Promise<Plan> => {
    const found = await findPlan(context.db, given.reference);
    await lockPlans(context.db, found.environmentId);
    const row = await findPlan(context.db, found.id);
    if (given.revision !== undefined && given.revision !== row.revision && row.state === 'draft')
      refuse('revision-mismatch', `plan ${row.number} is at revision ${row.revision} now; look at it again`);
    const { plan, analysis, remark = '' } = await veiling(context, row, () => given.decide(row));
    const message = `${given.note} by ${actorName(context.actor)}${remark}`;
    const notes: readonly PlanNote[] = [{ level: 'info', application: null, site: null, message }];
    if (plan !== row.body)
      await savePlan(context, {
        row,
        plan,
        notes,
        ...(analysis === undefined ? {} : { analysis }),
        refreshDocuments,
      });
    if (isTerminal(plan.state)) await wakePlansOf(context, plan.environment);
    else await wakePlan(context, row.id);
    context.audit({
      subject: `plan:${row.number}`,
      detail: { environment: row.environmentName, content: plan.content },
    });
    return presentOne(context.db, { id: row.id, scope: context.access.scopeOf('list') });
  };
}

/** What a decision refuses with may name neighbours that whoever asks may not see. */
async function veiling<Result>(
  { db, access }: CommandContext,
  row: PlanRow,
  decide: () => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await decide();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const veil = await veilFor(db, { scope: access.scopeOf('list'), environments: [row.environmentId] });
    throw new DomainError(veil(error.refusal));
  }
}

export type Decided = ReturnType<typeof createDecided>;

export async function presentOne(
  db: Kysely<Tables>,
  { id, scope }: { readonly id: DomainPlan['id']; readonly scope: AccessScope },
): Promise<Plan> {
  const [plan] = await presentPlans(db, { rows: [await findPlan(db, id)], scope });
  return plan ?? refuse('not-found', 'the plan is gone');
}
