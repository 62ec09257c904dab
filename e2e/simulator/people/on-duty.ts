import { decideAbort, decideCancel, decideContinue, type Plan } from '@almanac/domain';
import type { Person } from '../estate/estate.ts';
import type { Work } from '../kernel/kernel.ts';
import type { ServerNode } from '../server/node.ts';
import { planRow } from '../server/plan-commands.ts';
import type { World } from '../world.ts';
import { call } from './call.ts';
import { about, approval } from './steer-plans.ts';
import { rolloutCommand } from './steer-rollouts.ts';
import type { Wish } from './wish.ts';

/** Composes nothing, so that her approval always counts. */
const edith: Person = { name: 'Edith', role: 'operator' };

/** Does whatever plans wait for: lifts what holds them, approves them, lets them go on. */
export function* stayOnDuty(world: World, nodes: readonly ServerNode[]): Work {
  for (let asked = 0; ; ) {
    yield 3000;
    for (const command of wanted(world)) {
      asked += 1;
      yield* call(world, nodes, { ...command, key: `${edith.name} ${asked}` });
    }
  }
}

/** So many plans of one environment are let in together; whatever waits beyond is for another day. */
const atOnce = 2;

function wanted(world: World): readonly Wish[] {
  const tables = world.database.tables();
  const plans = [...tables.plans.values()].map((each) => each.body);
  const held = [...tables.sites.values()].flatMap(({ environment, report }) =>
    (report?.applications ?? []).filter((each) => each.waits).map((each) => ({ environment, ...each })),
  );
  return [
    ...(tables.freezes.length > 0 || tables.quarantines.size > 0 ? [liftEverything(world)] : []),
    ...held.map((each) => rolloutCommand(world, { person: edith, kind: 'promote', ...each })),
    ...world.estate.environments.flatMap(({ id }) =>
      plans
        .filter((each) => each.environment === id && each.state === 'awaiting-approval')
        .map((each, place) => (place < atOnce ? approveAsShown(world, each) : cancel(world, each))),
    ),
    ...plans
      .filter(
        ({ state, paused, continued }) =>
          (state === 'paused' && paused?.by === 'person') || (state === 'staged' && !continued),
      )
      .map((each) => letGoOn(world, each)),
    ...plans
      .filter(({ state, paused }) => state === 'paused' && paused?.by === 'ring')
      .map((each) => abort(world, each)),
  ];
}

function liftEverything(world: World): Wish {
  return {
    what: `lift every freeze and quarantine (${edith.name})`,
    lock: null,
    decide: () => () => {
      const now = world.database.tables();
      now.freezes = [];
      now.quarantines.clear();
    },
  };
}

function approveAsShown(world: World, plan: Plan): Wish {
  return approval(world, { person: edith, plan: plan.id, looked: plan.content });
}

function cancel(world: World, plan: Plan): Wish {
  return about(world, {
    what: 'cancel',
    done: 'cancelled',
    row: planRow(world, plan.id),
    person: edith,
    decide: ({ body }) => decideCancel(body),
  });
}

/** What a ring stopped is not brought any further. */
function abort(world: World, plan: Plan): Wish {
  return about(world, {
    what: 'abort',
    done: 'aborted',
    row: planRow(world, plan.id),
    person: edith,
    decide: ({ body }, at) => decideAbort(body, at),
  });
}

function letGoOn(world: World, plan: Plan): Wish {
  return about(world, {
    what: 'continue',
    done: 'continued',
    row: planRow(world, plan.id),
    person: edith,
    decide: ({ body }, at) => decideContinue(body, at),
  });
}
