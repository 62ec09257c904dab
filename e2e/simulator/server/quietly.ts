import { DomainError } from '@almanac/domain';
import { Conflict, Unavailable } from '../database/database.ts';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';

/** Does work of which a failure is made good by somebody later; says whether it was done. */
export function* quietly(world: World, work: Work): Work<boolean> {
  try {
    yield* work;
    return true;
  } catch (error) {
    if (!(error instanceof Unavailable || error instanceof Conflict || error instanceof DomainError)) throw error;
    world.story.count(error instanceof Conflict ? 'save refused: changed meanwhile' : 'work interrupted');
    return false;
  }
}
