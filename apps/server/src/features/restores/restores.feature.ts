import { type EnvironmentId, type PlanId, refuse } from '@almanac/domain';
import { findEnvironment } from '#features/environments';
import { createPlan, findPlan, presentPlans, startPlan } from '#features/plans';
import type { RefreshDocuments } from '#features/sites';
import type { Feature } from '#platform/feature';
import { type CommandContext, command } from '#platform/http';
import { type Composed, composeRestore, composeRollback } from './compose-restore.ts';

export function restoresFeature(refreshDocuments: RefreshDocuments): Feature {
  /** Makes a plan of what was composed, and starts it where that was asked for and nothing speaks against it. */
  const plan = async (
    context: CommandContext,
    input: {
      readonly environment: EnvironmentId;
      readonly composed: Composed;
      readonly notes: string;
      readonly origin: 'restore' | 'rollback';
      readonly start: boolean;
      readonly remove: boolean;
    },
  ) => {
    const id = await createPlan(context, {
      environment: input.environment,
      operations: input.composed.operations,
      notes: input.notes,
      failurePolicy: 'return',
      origin: input.origin,
      findings: input.composed.findings,
      confirmed: input.remove ? ['restore-removes'] : [],
    });
    const row = await findPlan(context.db, id);
    if (input.start) await startPlan(context, { plan: id, note: `started by ${row.requestedBy}`, refreshDocuments });
    context.audit({
      subject: `plan:${row.number}`,
      detail: { environment: row.environmentName, origin: input.origin },
    });
    return presentOne(context, id);
  };

  return {
    name: 'restores',
    endpoints: [
      command('restoreEnvironment', async (context, { params, body }) => {
        const environment = await findEnvironment(context.db, params.environment);
        const composed = await composeRestore(context, {
          environment: { id: environment.id, name: environment.name },
          moment: new Date(body.at),
          applications: body.applications,
          setBack: body.setBack,
        });
        return plan(context, {
          environment: environment.id,
          composed,
          notes: body.notes ?? `restores ${environment.name} as it was at ${body.at}`,
          origin: 'restore',
          start: body.start,
          remove: body.remove,
        });
      }),

      command('rollBackPlan', async (context, { params, body }) => {
        const row = await findPlan(context.db, params.plan);
        return plan(context, {
          environment: row.environmentId,
          composed: await composeRollback(context, { row, setBack: body.setBack }),
          notes: body.notes ?? `undoes plan ${row.number}`,
          origin: 'rollback',
          start: body.start,
          remove: body.remove,
        });
      }),
    ],
  };
}

async function presentOne(context: CommandContext, id: PlanId) {
  const rows = [await findPlan(context.db, id)];
  const [found] = await presentPlans(context.db, { rows, scope: context.access.scopeOf('list') });
  return found ?? refuse('not-found', 'the plan is gone');
}
