import type { ApplicationId, Plan as DomainPlan, EnvironmentId, Target } from '@almanac/domain';
import { targetChanges, targetsOf } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** What an environment should run of some applications now; what it does not run is left out. */
export async function readTargets(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly applications: readonly ApplicationId[] },
): Promise<ReadonlyMap<ApplicationId, Target>> {
  if (input.applications.length === 0) return new Map();
  const rows = await db
    .selectFrom('targets')
    .selectAll()
    .where('environmentId', '=', input.environment)
    .where('applicationId', 'in', input.applications)
    .execute();
  return new Map(
    rows.map((row) => [
      row.applicationId,
      {
        build: row.buildId,
        operation: row.operation,
        settings: row.settings,
        settingsHash: row.settingsHash,
        ...(row.earlierSettings ? { earlierSettings: true as const } : {}),
        ...(row.rollout === null ? {} : { rollout: row.rollout }),
      },
    ]),
  );
}

/** Writes what a plan that has begun wants; says whether anything is other than before. */
export async function saveTargets(context: CommandContext, plan: DomainPlan): Promise<boolean> {
  const { db } = context;
  const applications = plan.operations.map((each) => each.application);
  const staged = await db
    .selectFrom('stagedTargets')
    .select(['applicationId', 'operation'])
    .where('environmentId', '=', plan.environment)
    .where('applicationId', 'in', applications)
    .execute();
  let heldChanged = false;
  for (const [application, { held }] of targetsOf(plan))
    if (await saveHeld(context, { plan, application, held })) heldChanged = true;
  const changes = targetChanges(plan, {
    targets: await readTargets(db, { environment: plan.environment, applications }),
    staged: new Map(staged.map((row) => [row.applicationId, row])),
  });
  for (const { application, target, staged: stage } of changes) {
    const place = { environmentId: plan.environment, applicationId: application };
    if (target !== undefined) {
      await db
        .deleteFrom('targets')
        .where('environmentId', '=', plan.environment)
        .where('applicationId', '=', application)
        .execute();
      if (target !== null)
        await db
          .insertInto('targets')
          .values({
            ...place,
            ...toRow(target),
            earlierSettings: target.earlierSettings === true,
            planId: plan.id,
            since: context.now,
          })
          .execute();
      await context.record({ kind: 'target-changed', subject: { environment: plan.environment, application } });
    }
    if (stage !== undefined) {
      await db
        .deleteFrom('stagedTargets')
        .where('environmentId', '=', plan.environment)
        .where('applicationId', '=', application)
        .execute();
      if (stage !== null)
        await db
          .insertInto('stagedTargets')
          .values({ ...place, ...toRow(stage), planId: plan.id })
          .execute();
    }
  }
  return heldChanged || changes.length > 0;
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
  const before = await db
    .selectFrom('targets')
    .select('planId')
    .where('environmentId', '=', plan.environment)
    .where('applicationId', '=', application)
    .executeTakeFirst();
  const kept = await db
    .insertInto('heldTargets')
    .values({
      environmentId: plan.environment,
      applicationId: application,
      operationId: operation.id,
      planId: before?.planId ?? plan.id,
      ...(held === null
        ? { buildId: null, operation: null, settings: null, settingsHash: null, rollout: null }
        : toRow(held)),
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
    rollout: target.rollout === undefined ? null : JSON.stringify(target.rollout),
  };
}
