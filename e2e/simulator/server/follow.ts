import { type BuildId, decideCancel, isAtGates, type PlanId } from '@almanac/domain';
import type { PlanRow } from '../database/tables.ts';
import type { Environment } from '../estate/estate.ts';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { nameOf } from './analyse.ts';
import { wakePlan } from './jobs.ts';
import { composePlan, decidePlan, deployChoice, planRow, startPlan } from './plan-commands.ts';
import { savePlan } from './save-plan.ts';

const follower = 'the system';

/** Deploys a build where its branch is followed: a newer one takes the place of one that still waits. */
export function* followBuild(
  world: World,
  given: { readonly environment: Environment; readonly build: BuildId },
): Work {
  const { database } = world;
  const { environment } = given;
  const waiting = [...database.tables().plans.values()].filter(
    ({ body, origin, choices }) =>
      body.environment === environment.id &&
      origin === 'following' &&
      (body.state === 'draft' || isAtGates(body.state)) &&
      choices.every((each) => each.application === database.tables().builds.get(given.build)?.application),
  );
  for (const row of waiting) yield* dropPlan(world, row);
  const plan = yield* compose(world, given);
  if (plan !== undefined) yield* startDraft(world, plan, `started because ${environment.name} follows the branch`);
}

/** Cancels a plan that changed nothing. It was read before: what happened meanwhile is seen by its revision. */
function* dropPlan(world: World, row: PlanRow): Work {
  const notes = [{ level: 'info', application: null, site: null, message: 'a newer commit took its place' }] as const;
  yield* world.database.transact({
    lock: null,
    decide: () => {
      const plan = decideCancel(row.body);
      return () => savePlan(world, { row, plan, notes });
    },
  });
}

function* compose(
  world: World,
  given: { readonly environment: Environment; readonly build: BuildId },
): Work<PlanId | undefined> {
  const { database } = world;
  const { environment } = given;
  return yield* database.transact({
    lock: null,
    decide: () => {
      const build = database.tables().builds.get(given.build);
      if (build === undefined) return () => undefined;
      const { id, commit } = composePlan(world, {
        environment: environment.id,
        choices: [deployChoice(build.application, build.build)],
        origin: 'following',
        failurePolicy: 'stop',
        by: follower,
      });
      return () => {
        commit();
        world.story.count(`followed ${nameOf(world, build.application)}`);
        return id;
      };
    },
  });
}

function* startDraft(world: World, plan: PlanId, note: string): Work {
  const { database } = world;
  const { environment } = planRow(world, plan).body;
  yield* database.transact({
    lock: `plans:${environment}`,
    decide: (now) => {
      const row = planRow(world, plan);
      // Somebody else started or cancelled it meanwhile.
      if (row.body.state !== 'draft') return () => undefined;
      const started = decidePlan(world, { plan, note, decide: () => startPlan(world, row, now) });
      return () => {
        started();
        wakePlan(world, plan);
      };
    },
  });
}

/** A draft of the system that waited for something starts when that has come. */
export function* startWaitingDrafts(world: World): Work {
  if (!world.database.isUp()) return;
  const drafts = [...world.database.tables().plans.values()].filter(
    ({ body, origin }) => origin === 'following' && body.state === 'draft',
  );
  for (const { body } of drafts.slice(0, 50))
    yield* startDraft(world, body.id, 'started because what it waited for has come');
}
