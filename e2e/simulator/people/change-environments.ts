import { placeKey } from '../database/tables.ts';
import type { Person } from '../estate/estate.ts';
import type { World } from '../world.ts';

export function set(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  const application = world.chance.pick(world.estate.applications);
  if (environment === undefined || application === undefined) return undefined;
  const key = placeKey(environment.id, application.id);
  return {
    what: `set a setting of ${application.name} in ${environment.name} (${person.name})`,
    lock: null,
    decide: () => () => {
      const { settings } = world.database.tables();
      settings.set(key, (settings.get(key) ?? 0) + 1);
      world.story.tell(person.name, `changes a setting of ${application.name} in ${environment.name}`);
    },
  };
}

export function freeze(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const minutes = world.chance.happens(0.7) ? world.chance.between(1, 5) : null;
  return {
    what: `freeze ${environment.name} (${person.name})`,
    lock: null,
    decide: (now: number) => () => {
      const until = minutes === null ? null : now + minutes * 60_000;
      const named = { name: 'quiet time', reason: 'the fair', by: person.name, calendar: null };
      world.database.tables().freezes.push({ ...named, environment: environment.id, from: now, until });
      world.story.tell(
        person.name,
        `freezes ${environment.name} ${minutes === null ? 'until further notice' : `for ${minutes} min`}`,
      );
    },
  };
}

export function thaw(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  const frozen = world.database.tables().freezes.some((each) => each.environment === environment?.id);
  if (environment === undefined || !frozen) return undefined;
  return {
    what: `thaw ${environment.name} (${person.name})`,
    lock: null,
    decide: () => () => {
      const tables = world.database.tables();
      tables.freezes = tables.freezes.filter((each) => each.environment !== environment.id);
      world.story.tell(person.name, `lifts the freezes of ${environment.name}`);
    },
  };
}

export function quarantine(world: World, person: Person) {
  const build = world.chance.pick([...world.database.tables().builds.values()].slice(-6));
  if (build === undefined) return undefined;
  return {
    what: `quarantine ${build.build} (${person.name})`,
    lock: null,
    decide: () => () => {
      world.database.tables().quarantines.add(build.build);
      world.story.tell(person.name, `puts ${build.build} into quarantine`);
    },
  };
}

export function lift(world: World, person: Person) {
  const { quarantines } = world.database.tables();
  const build = world.chance.pick([...quarantines]);
  if (build === undefined) return undefined;
  return {
    what: `lift the quarantine of ${build} (${person.name})`,
    lock: null,
    decide: () => () => {
      world.database.tables().quarantines.delete(build);
      world.story.tell(person.name, `takes ${build} out of quarantine`);
    },
  };
}
