import type { SiteId } from '@almanac/domain';
import type { Chance } from '../kernel/chance.ts';
import type { Kernel, Process } from '../kernel/kernel.ts';
import type { Story } from '../kernel/story.ts';
import type { ToServer, ToSite } from '../site/messages.ts';

/** One connection of an agent to a node. Each end learns only by silence that the other one is gone. */
export interface Connection {
  readonly id: number;
  readonly site: SiteId;
  readonly node: Process;
  readonly toServer: (message: ToServer) => void;
  readonly toSite: (message: ToSite) => void;
  /** What arrives is given to these; both ends set theirs. */
  onServer: (message: ToServer) => void;
  onSite: (message: ToSite) => void;
  readonly close: () => void;
  readonly isOpen: () => boolean;
}

/** How badly messages fare. */
export interface Weather {
  /** Probabilities for each message. */
  lost: number;
  repeated: number;
  late: number;
}

export interface Network {
  readonly weather: Weather;
  /** Cut off from the control plane, in both directions. */
  readonly cut: Set<SiteId>;
  readonly connect: (site: SiteId, node: Process) => Connection;
}

export function createNetwork(kernel: Kernel, given: { readonly chance: Chance; readonly story: Story }): Network {
  const { chance, story } = given;
  const weather: Weather = { lost: 0, repeated: 0, late: 0 };
  const cut = new Set<SiteId>();
  let connections = 0;
  return {
    weather,
    cut,
    connect: (site, node) => {
      let open = true;
      const { life } = node;
      const ownLife = life();
      const isServed = () => node.alive() && life() === ownLife;
      // What was lost on a connection ends it: nothing that comes after it arrives either.
      let broken = false;
      const direction = <Message>(deliver: (message: Message) => void) => {
        let last = kernel.now();
        return (message: Message) => {
          if (!open || broken) return;
          if (cut.has(site) || chance.happens(weather.lost)) {
            broken = true;
            story.count('message lost');
            return;
          }
          const late = chance.happens(weather.late);
          if (late) story.count('message late');
          const travel = late ? chance.between(1000, 20_000) : chance.between(1, 80);
          const arrive = (at: number) => kernel.after(at - kernel.now(), () => deliver(message));
          // A message that is late is overtaken by those after it, as where one connection follows another.
          const at = late ? kernel.now() + travel : Math.max(last, kernel.now() + travel);
          if (!late) last = at;
          arrive(at);
          if (chance.happens(weather.repeated)) {
            story.count('message repeated');
            arrive(at + chance.between(1, 10_000));
          }
        };
      };
      connections += 1;
      const connection: Connection = {
        id: connections,
        site,
        node,
        toServer: direction<ToServer>((message) => {
          // What a node has received it works off, also when the connection is gone meanwhile.
          if (isServed()) connection.onServer(message);
        }),
        toSite: direction<ToSite>((message) => {
          if (open) connection.onSite(message);
        }),
        onServer: () => undefined,
        onSite: () => undefined,
        close: () => {
          open = false;
        },
        isOpen: () => open && isServed(),
      };
      return connection;
    },
  };
}
