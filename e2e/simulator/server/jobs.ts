import type { EnvironmentId, PlanId } from '@almanac/domain';
import { isTerminal } from '@almanac/domain';
import type { PlanRow, Tables } from '../database/tables.ts';
import type { World } from '../world.ts';

/** Asks for a pass of the engine over a plan; asking often makes one pass, unless one is under way already. */
export function wakePlan(
  world: World,
  plan: PlanId,
  given: { readonly runAt?: number; readonly key?: string } = {},
): void {
  const { jobs } = world.database.tables();
  const key = given.key ?? `plan:${plan}`;
  const runAt = given.runAt ?? world.database.now();
  const waiting = jobs.find((each) => each.key === key && each.lockedBy === null);
  if (waiting === undefined) jobs.push({ key, plan, runAt, lockedBy: null });
  else waiting.runAt = runAt;
}

/** Wakes every plan of an environment that waits for something there. */
export function wakePlansOf(world: World, environment: EnvironmentId): void {
  for (const { body } of openPlans(world.database.tables()))
    if (body.environment === environment) wakePlan(world, body.id);
}

export function openPlans(tables: Tables): readonly PlanRow[] {
  return [...tables.plans.values()].filter(({ body }) => body.state !== 'draft' && !isTerminal(body.state));
}
