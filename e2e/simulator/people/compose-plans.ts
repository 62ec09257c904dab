import { type FailurePolicy, planRestore, stateAt } from '@almanac/domain';
import { type Choice, type PlanRow, targetsIn } from '../database/tables.ts';
import type { Environment, Person } from '../estate/estate.ts';
import { openPlans } from '../server/jobs.ts';
import { composePlan, deployChoice } from '../server/plan-commands.ts';
import type { World } from '../world.ts';
import type { Wish } from './wish.ts';

const mostOpenPlans = 8;

function compose(
  world: World,
  given: {
    readonly person: Person;
    readonly environment: Environment;
    readonly choices: readonly Choice[];
    readonly origin: PlanRow['origin'];
  },
): Wish | undefined {
  const { environment, choices, origin, person } = given;
  // Whoever sees that so much is going on waits with new plans.
  if (choices.length === 0 || openPlans(world.database.tables()).length >= mostOpenPlans) return undefined;
  const failurePolicy = world.chance.pick<FailurePolicy>(['stop', 'continue', 'return']) ?? 'stop';
  return {
    what: `${origin} plan for ${environment.name} (${person.name})`,
    lock: null,
    decide: () =>
      composePlan(world, { environment: environment.id, choices, origin, failurePolicy, by: person.name }).commit,
  };
}

export function deploy(world: World, person: Person) {
  const environment = world.estate.environments[0];
  if (environment === undefined) return undefined;
  const chosen = world.estate.applications.filter(() => world.chance.happens(0.5)).slice(0, 3);
  const choices = chosen.flatMap(({ id }) => {
    const builds = [...world.database.tables().builds.values()].filter((each) => each.application === id);
    const build = world.chance.happens(0.8) ? builds.at(-1) : world.chance.pick(builds);
    return build === undefined ? [] : [deployChoice(id, build.build)];
  });
  return compose(world, { person, environment, choices, origin: 'composed' });
}

/** Brings what an environment runs to the next one. */
export function promote(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments.filter((each) => each.previous !== null));
  if (environment === undefined || environment.previous === null) return undefined;
  const tables = world.database.tables();
  const there = targetsIn(tables, environment.id);
  const choices = [...targetsIn(tables, environment.previous.id)]
    .filter(([application, { build }]) => there.get(application)?.build !== build)
    .map(([application, { build }]) => deployChoice(application, build));
  const some = world.chance.happens(0.6) ? choices : choices.slice(0, 1);
  return compose(world, { person, environment, choices: some, origin: 'promotion' });
}

/** Makes an environment again what it was some minutes ago. */
export function restore(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const tables = world.database.tables();
  const changes = tables.history.filter((each) => each.environment === environment.id);
  const moment = world.database.now() - world.chance.between(10_000, 300_000);
  const now = new Map(
    [...targetsIn(tables, environment.id)].map(([application, { build, settingsHash }]) => [
      application,
      { build, settings: settingsHash },
    ]),
  );
  const choices = planRestore(now, stateAt({ snapshot: null, changes, moment })).map(
    (step): Choice =>
      step.kind === 'bring-back'
        ? deployChoice(step.application, step.wanted.build)
        : { application: step.application, kind: 'remove', build: null, given: null, tag: null },
  );
  return compose(world, { person, environment, choices, origin: 'restore' });
}

export function removeOne(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const application = world.chance.pick([...targetsIn(world.database.tables(), environment.id).keys()]);
  if (application === undefined) return undefined;
  const choice: Choice = { application, kind: 'remove', build: null, given: null, tag: null };
  return compose(world, { person, environment, choices: [choice], origin: 'composed' });
}

export function configure(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const application = world.chance.pick([...targetsIn(world.database.tables(), environment.id).keys()]);
  if (application === undefined) return undefined;
  const choice: Choice = { application, kind: 'configure', build: null, given: null, tag: null };
  return compose(world, { person, environment, choices: [choice], origin: 'composed' });
}
