import type { BuildId, PlanId } from '@almanac/domain';
import { drawBuild } from '../estate/draw-build.ts';
import type { Build, Environment, Person } from '../estate/estate.ts';
import type { Work } from '../kernel/kernel.ts';
import { followBuild } from '../server/follow.ts';
import type { ServerNode } from '../server/node.ts';
import { composePlan, decidePlan, deployChoice, planRow, startPlan } from '../server/plan-commands.ts';
import { quietly } from '../server/quietly.ts';
import type { World } from '../world.ts';
import { actions } from './actions.ts';
import { call } from './call.ts';

/** Somebody at work: looks, decides, asks, and waits for the answer, until the day is over. */
export function* work(
  world: World,
  given: { readonly person: Person; readonly nodes: readonly ServerNode[]; readonly until: number },
): Work {
  const { person, nodes, until } = given;
  let asked = 0;
  while (world.kernel.elapsed() < until) {
    yield world.chance.between(1000, 12_000);
    if (!world.database.isUp()) continue;
    const command = world.chance.weighted(actions)?.(world, person);
    if (command === undefined) continue;
    asked += 1;
    yield* call(world, nodes, { ...command, key: `${person.name} ${asked}` });
  }
}

/** Builds come in all day long; what is followed is deployed by itself. */
export function* buildAllDay(
  world: World,
  given: { readonly nodes: readonly ServerNode[]; readonly until: number },
): Work {
  let count = 0;
  while (world.kernel.elapsed() < given.until) {
    yield world.chance.between(4000, 24_000);
    const application = world.chance.pick(world.estate.applications);
    if (application === undefined) return;
    count += 1;
    const { builds } = world.database.tables();
    const build = drawBuild(world.chance, {
      application,
      builds,
      number: nextNumber(world),
      now: world.database.now(),
    });
    yield* record(world, { nodes: given.nodes, key: `build ${count}`, build });
    for (const environment of world.estate.environments.filter((each) => each.follows)) {
      const node = world.chance.pick(given.nodes.filter((each) => each.process.alive()));
      node?.process.spawn(followUntilDone(world, { environment, build: build.build }));
    }
  }
}

function nextNumber(world: World): number {
  return Number(world.newId('build').slice('build-'.length));
}

/** The end of a build is told again until what follows from it was carried out. */
function* followUntilDone(world: World, given: { readonly environment: Environment; readonly build: BuildId }): Work {
  while (!(yield* quietly(world, followBuild(world, given)))) yield world.chance.between(1000, 5000);
}

function* record(
  world: World,
  given: {
    readonly nodes: readonly ServerNode[];
    readonly key: string;
    readonly build: Build;
  },
): Work {
  const { build, key, nodes } = given;
  world.nature.buildMade(build);
  const decide = () => () => {
    world.database.tables().builds.set(build.build, build);
    world.story.tell('the builder', `has built ${build.build}`);
  };
  yield* call(world, nodes, { key, what: `build ${build.build}`, lock: null, decide });
}

/** The first day: every application is built, and deployed to the first environment by somebody. */
export function* firstDay(world: World, nodes: readonly ServerNode[]): Work {
  for (const application of world.estate.applications) {
    const { builds } = world.database.tables();
    const now = world.database.now();
    const build = drawBuild(world.chance, { application, builds, number: nextNumber(world), now, sound: true });
    yield* record(world, { nodes, key: `first ${application.name}`, build });
  }
  const [environment] = world.estate.environments;
  if (environment === undefined) return;
  const choices = [...world.database.tables().builds.values()].map((each) =>
    deployChoice(each.application, each.build),
  );
  let plan: PlanId | undefined;
  yield* call(world, nodes, {
    key: 'first plan',
    what: 'composed plan of the first day',
    lock: null,
    decide: () => {
      const composed = composePlan(world, {
        environment: environment.id,
        choices,
        origin: 'composed',
        failurePolicy: 'stop',
        by: 'Ada',
      });
      plan = composed.id;
      return composed.commit;
    },
  });
  const composed = plan;
  if (composed === undefined) return;
  yield* call(world, nodes, {
    key: 'first start',
    what: 'start plan of the first day',
    lock: `plans:${environment.id}`,
    decide: (now) =>
      decidePlan(world, {
        plan: composed,
        note: 'started by Ada',
        decide: () => startPlan(world, planRow(world, composed), now),
      }),
  });
}
