import type { Person } from '../estate/estate.ts';
import type { Command } from '../server/run-command.ts';
import type { World } from '../world.ts';

/** A command before it has a key: what somebody wants. */
export type Wish = Omit<Command, 'key'>;

/** Something that a person may want; undefined where there is nothing to want it of. */
export type Action = (world: World, person: Person) => Wish | undefined;
