import { decideContinue } from '@almanac/domain';
import type { Person } from '../estate/estate.ts';
import type { Work } from '../kernel/kernel.ts';
import type { ServerNode } from '../server/node.ts';
import { decidePlan } from '../server/plan-commands.ts';
import type { Command } from '../server/run-command.ts';
import type { World } from '../world.ts';
import { approval } from './actions.ts';
import { call } from './call.ts';

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

function wanted(world: World): readonly Omit<Command, 'key'>[] {
  const tables = world.database.tables();
  const holds = tables.freezes.length > 0 || tables.quarantines.size > 0;
  const lift: Omit<Command, 'key'> = {
    what: `lift every freeze and quarantine (${edith.name})`,
    lock: null,
    decide: () => () => {
      const now = world.database.tables();
      now.freezes = [];
      now.quarantines.clear();
    },
  };
  const plans = [...tables.plans.values()].map((each) => each.body);
  return [
    ...(holds ? [lift] : []),
    ...plans
      .filter((each) => each.state === 'awaiting-approval')
      .map((each) => approval(world, { person: edith, plan: each.id, looked: each.content })),
    ...plans
      .filter((each) => (each.state === 'paused' && each.paused?.by === 'person') || (each.state === 'staged' && !each.continued))
      .map(
        (each): Omit<Command, 'key'> => ({
          what: `continue plan ${each.number} (${edith.name})`,
          lock: `plans:${each.environment}`,
          decide: () =>
            decidePlan(world, {
              plan: each.id,
              note: `continued by ${edith.name}`,
              decide: ({ body }) => decideContinue(body),
            }),
        }),
      ),
  ];
}
