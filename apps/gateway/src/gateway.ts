import type { Server as TcpServer } from 'node:net';
import type { GatewayConfig, GatewayListener, GatewayStats } from '@almanac/protocol/gateway';
import { gatewayConfig, ViolationCollector } from '@almanac/protocol/gateway';
import type { Logger } from 'pino';
import type { InheritedSocket } from './inherited-socket.ts';
import { Listener } from './listener.ts';
import { Service } from './service.ts';

/** The data plane of a site. */
export interface Gateway {
  /** Brings the gateway to a configuration; false when a newer one is in force already. */
  readonly apply: (config: GatewayConfig) => boolean;
  readonly stats: () => GatewayStats;
  /** The sockets that accept connections, by the key of their listener. */
  readonly listening: () => ReadonlyMap<string, TcpServer>;
  /** Stops accepting; resolves when every connection ended, each after its next answer. Those left are cut in the end. */
  readonly leave: (lingerMs: number) => Promise<void>;
  /** Stops accepting and lets requests end. */
  readonly close: (graceMs: number) => Promise<void>;
}

const noConfig = gatewayConfig.parse({ revision: 1, listeners: [], services: [] });

export function createGateway(
  log: Logger,
  inherited: ReadonlyMap<string, InheritedSocket> = new Map<string, InheritedSocket>(),
): Gateway {
  const startedAt = new Date().toISOString();
  const services = new Map<string, Service>();
  const listeners = new Map<string, Listener>();
  const faults = new Map<number, string>();
  let revision = 0;
  let { limits } = noConfig;
  const collector = new ViolationCollector();
  const around = { log, faults, collector, service: (name: string) => services.get(name), limits: () => limits };

  const configureServices = (wanted: GatewayConfig['services']) => {
    const names = new Set(wanted.map((each) => each.name));
    collector.keepOnly(names);
    for (const each of wanted) {
      const service = services.get(each.name) ?? new Service(each.name);
      services.set(each.name, service);
      service.configure(each, limits);
    }
    for (const [name, service] of services) {
      if (names.has(name)) continue;
      service.close();
      services.delete(name);
    }
  };
  const configureListeners = (wanted: readonly GatewayListener[]) => {
    const byKey = new Map(wanted.map((each) => [keyOf(each), each]));
    for (const [key, listener] of listeners) {
      if (byKey.has(key)) continue;
      listeners.delete(key);
      listener.leave();
      listener.closeIdle();
    }
    for (const [key, each] of byKey) {
      const listener = listeners.get(key) ?? new Listener(each, around);
      listener.configure(each);
      if (!listeners.has(key)) listener.open(inherited.get(key));
      listeners.set(key, listener);
    }
  };
  return {
    apply: (config) => {
      if (config.revision < revision) return false;
      revision = config.revision;
      limits = config.limits;
      configureServices(config.services);
      configureListeners(config.listeners);
      return true;
    },
    stats: () => ({
      startedAt,
      revision,
      listenerFaults: Object.fromEntries([...faults].map(([port, words]) => [String(port), words])),
      services: [...services.values()].map((service) => ({
        ...service.stats(),
        violations: collector.of(service.name),
      })),
    }),
    listening: () =>
      new Map([...listeners].flatMap(([key, { socket }]) => (socket === undefined ? [] : [[key, socket] as const]))),
    leave: async (lingerMs) => {
      for (const listener of listeners.values()) listener.leave();
      await Promise.all([...listeners.values()].map((each) => each.ended(lingerMs)));
    },
    close: async (graceMs) => {
      for (const listener of listeners.values()) {
        listener.leave();
        listener.cutUpgraded();
        listener.closeIdle();
      }
      await Promise.all([...listeners.values()].map((each) => each.ended(graceMs)));
    },
  };
}

function keyOf({ address, port, tls }: GatewayListener): string {
  return `${address}:${port}${tls === null ? '' : ' TLS'}`;
}
