import type { SiteId } from '@almanac/domain';
import type { Process } from '../kernel/kernel.ts';
import type { Network } from '../server/network.ts';
import type { ServerNode } from '../server/node.ts';
import type { World } from '../world.ts';
import { type Agent, startAgent } from './agent.ts';
import { createMachine, type Machine } from './machine.ts';

/** One site: its machine, and whichever agent looks after it now. */
export interface Host {
  readonly site: { readonly id: SiteId; readonly name: string };
  readonly machine: Machine;
  readonly process: Process;
  readonly agent: () => Agent | undefined;
  readonly start: () => void;
  /** The agent dies; what it started runs on. */
  readonly kill: () => void;
  readonly cutPower: () => void;
}

export function createHost(given: {
  readonly world: World;
  readonly site: { readonly id: SiteId; readonly name: string };
  readonly network: Network;
  readonly nodes: readonly ServerNode[];
}): Host {
  const { world, site } = given;
  const machine = createMachine(world.kernel, world.chance);
  const process = world.kernel.createProcess(`agent of ${site.name}`);
  let agent: Agent | undefined;
  const kill = () => {
    process.kill();
    agent?.end();
    agent = undefined;
  };
  return {
    site,
    machine,
    process,
    agent: () => agent,
    kill,
    start: () => {
      if (agent !== undefined) return;
      process.revive();
      agent = startAgent({ ...given, machine, process });
    },
    cutPower: () => {
      kill();
      machine.powerCut();
      world.watch.powerWasCut(site.name);
    },
  };
}
