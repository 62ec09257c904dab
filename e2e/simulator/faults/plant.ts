import type { Network } from '../server/network.ts';
import type { ServerNode } from '../server/node.ts';
import type { Host } from '../site/host.ts';
import type { World } from '../world.ts';

/** Everything that faults can happen to. */
export interface Plant {
  readonly world: World;
  readonly nodes: readonly ServerNode[];
  readonly hosts: readonly Host[];
  readonly network: Network;
}
