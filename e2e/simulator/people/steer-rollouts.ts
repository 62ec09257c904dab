import { type ApplicationId, decideCommand, type RolloutCommand, refuse } from '@almanac/domain';
import { placeKey, targetsIn } from '../database/tables.ts';
import type { Environment, Person } from '../estate/estate.ts';
import { nameOf } from '../server/analyse.ts';
import { refreshDocuments } from '../server/documents.ts';
import type { World } from '../world.ts';
import type { Wish } from './wish.ts';

/** Asks something of a rollout that takes steps. */
export function steer(world: World, person: Person): Wish | undefined {
  const tables = world.database.tables();
  const stepping = [...tables.sites.values()].flatMap(({ environment, report }) =>
    (report?.applications ?? []).flatMap((each) => (each.phase === 'stepping' ? [{ environment, ...each }] : [])),
  );
  const found = world.chance.pick(stepping);
  const kind = world.chance.pick(['promote', 'pause', 'resume', 'resume', 'abort', 'skip'] as const);
  if (found === undefined || kind === undefined) return undefined;
  return rolloutCommand(world, { person, kind, ...found });
}

export function rolloutCommand(
  world: World,
  given: {
    readonly person: Person;
    readonly environment: Environment['id'];
    readonly application: ApplicationId;
    readonly step: number | null;
    readonly kind: RolloutCommand['kind'];
  },
): Wish {
  const { person, environment, application, kind } = given;
  const name = nameOf(world, application);
  const step = kind === 'skip' ? given.step : null;
  return {
    what: `${kind} the rollout of ${name} in ${world.estate.environmentOf(environment).name} (${person.name})`,
    lock: null,
    decide: (now) => {
      const tables = world.database.tables();
      const target = targetsIn(tables, environment).get(application) ?? refuse('not-found', `${name} is not there`);
      const sites = [...tables.sites.values()]
        .filter((each) => each.environment === environment)
        .flatMap(({ report }) => (report?.applications ?? []).filter((each) => each.application === application));
      decideCommand({ kind, step }, { application: name, site: null, sites });
      return () => {
        const current = world.database.tables();
        const place = placeKey(environment, application);
        const number = Math.max(now, (current.commands.get(place)?.number ?? 0) + 1);
        const { operation } = target;
        current.commands.set(place, { number, operation, kind, step, by: person.name, reason: '' });
        world.story.tell(person.name, `asks to ${kind} the rollout of ${name}`);
        refreshDocuments(world, environment);
      };
    },
  };
}
