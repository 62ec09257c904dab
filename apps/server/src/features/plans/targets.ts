import type { ApplicationId, Plan as DomainPlan, EnvironmentId, Target } from '@almanac/domain';
import { targetsOf } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** What an environment should run now. */
export async function readTargets(
  db: Kysely<Tables>,
  environment: EnvironmentId,
): Promise<ReadonlyMap<ApplicationId, Target>> {
  const rows = await db.selectFrom('targets').selectAll().where('environmentId', '=', environment).execute();
  return new Map(
    rows.map((row) => [
      row.applicationId,
      {
        build: row.buildId,
        operation: row.operation,
        settings: row.settings,
        settingsHash: row.settingsHash,
        ...(row.earlierSettings ? { earlierSettings: true as const } : {}),
      },
    ]),
  );
}

/** Writes what a plan that has begun wants; says whether anything is other than before. */
export async function saveTargets(context: CommandContext, plan: DomainPlan): Promise<boolean> {
  const { db } = context;
  const present = await db
    .selectFrom('targets')
    .select(['applicationId', 'operation'])
    .where('environmentId', '=', plan.environment)
    .execute();
  const currentOperation = new Map(present.map((row) => [row.applicationId, row.operation]));
  const staged = await db
    .selectFrom('stagedTargets')
    .select(['applicationId', 'operation'])
    .where('environmentId', '=', plan.environment)
    .execute();
  const stagedOperation = new Map(staged.map((row) => [row.applicationId, row.operation]));
  let changed = false;
  for (const [application, wanted] of targetsOf(plan)) {
    const place = { environmentId: plan.environment, applicationId: application };
    if (currentOperation.get(application) !== wanted.target?.operation) {
      changed = true;
      await db
        .deleteFrom('targets')
        .where('environmentId', '=', plan.environment)
        .where('applicationId', '=', application)
        .execute();
      if (wanted.target !== null)
        await db
          .insertInto('targets')
          .values({
            ...place,
            ...toRow(wanted.target),
            earlierSettings: wanted.target.earlierSettings === true,
            planId: plan.id,
            since: context.now,
          })
          .execute();
      await context.record({ kind: 'target-changed', subject: { environment: plan.environment, application } });
    }
    if (await saveHeld(context, { plan, application, held: wanted.held })) changed = true;
    if (stagedOperation.get(application) !== wanted.staged?.operation) {
      changed = true;
      await db
        .deleteFrom('stagedTargets')
        .where('environmentId', '=', plan.environment)
        .where('applicationId', '=', application)
        .execute();
      if (wanted.staged !== null)
        await db
          .insertInto('stagedTargets')
          .values({ ...place, ...toRow(wanted.staged), planId: plan.id })
          .execute();
    }
  }
  return changed;
}

/** What sites keep that were not told yet; gone, with who was told, once the operation is not on its way over rings. */
async function saveHeld(
  context: CommandContext,
  input: {
    readonly plan: DomainPlan;
    readonly application: ApplicationId;
    readonly held: Target | null | undefined;
  },
): Promise<boolean> {
  const { db } = context;
  const { plan, application, held } = input;
  const operation = plan.operations.find((each) => each.application === application);
  if (operation === undefined || held === undefined) {
    const gone = await db
      .deleteFrom('heldTargets')
      .where('environmentId', '=', plan.environment)
      .where('applicationId', '=', application)
      .executeTakeFirst();
    return gone.numDeletedRows > 0n;
  }
  const kept = await db
    .insertInto('heldTargets')
    .values({
      environmentId: plan.environment,
      applicationId: application,
      operationId: operation.id,
      ...(held === null ? { buildId: null, operation: null, settings: null, settingsHash: null } : toRow(held)),
    })
    .onConflict((conflict) => conflict.columns(['environmentId', 'applicationId']).doNothing())
    .executeTakeFirst();
  return (kept.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

function toRow(target: Target) {
  return {
    buildId: target.build,
    operation: target.operation,
    settings: JSON.stringify(target.settings),
    settingsHash: target.settingsHash,
  };
}
