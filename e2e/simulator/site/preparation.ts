import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { writeDurably } from './disk.ts';
import type { Machine } from './machine.ts';
import type { DesiredApplication } from './messages.ts';

export type Prepared = 'ready' | 'pulling' | 'failed';

/** Brings the files of applications in the background, once for each operation. */
export interface Preparation {
  readonly of: (application: DesiredApplication) => Prepared;
}

const retryMs = 2000;
const mostTries = 5;
const releasePath = (application: DesiredApplication) => `release ${application.target.build}`;

export function createPreparation(given: {
  readonly world: World;
  readonly machine: Machine;
  readonly isConnected: () => boolean;
  readonly spawn: (work: Work) => void;
  readonly wake: () => void;
}): Preparation {
  const { world, machine } = given;
  const works = new Map<string, { tries: number; nextTry: number; busy: boolean }>();
  function* bring(application: DesiredApplication, work: { tries: number; nextTry: number; busy: boolean }): Work {
    yield world.chance.between(100, 4000);
    const damaged = world.nature.traitsOf(application.target.operation)?.fault === 'damaged';
    if (given.isConnected() && !damaged)
      yield* writeDurably(machine.disk, { path: releasePath(application), content: 'whole', sync: true });
    // Without a connection there is nothing wrong with the artifact: it is waited for as long as it takes.
    else if (given.isConnected()) work.tries += 1;
    work.nextTry = world.kernel.now() + retryMs;
    work.busy = false;
    given.wake();
  }
  return {
    of: (application) => {
      if (isThere(machine, application) || world.has('start-without-files')) return 'ready';
      const { operation } = application.target;
      const work = works.get(operation) ?? { tries: 0, nextTry: 0, busy: false };
      works.set(operation, work);
      if (work.tries >= mostTries) return 'failed';
      if (!work.busy && world.kernel.now() >= work.nextTry) {
        work.busy = true;
        given.spawn(bring(application, work));
      }
      return 'pulling';
    },
  };
}

/** Whether the files of a build are on the machine, whole. */
export function isThere(machine: Machine, application: DesiredApplication): boolean {
  return machine.disk.read(releasePath(application)) === 'whole';
}
