import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GatewayConfig, GatewayListener, GatewayStats } from '@almanac/protocol';
import type { Logger } from 'pino';
import { hostName } from './headers.ts';
import { answerPlainly, plainHead } from './plain-answer.ts';
import { proxy } from './proxy.ts';
import { Service } from './service.ts';
import { mayUpgrade, passUpgrade } from './upgrade.ts';

/** The data plane of a site. */
export interface Gateway {
  /** Brings the gateway to a configuration; false when a newer one is in force already. */
  readonly apply: (config: GatewayConfig) => boolean;
  readonly stats: () => GatewayStats;
  /** Stops accepting and lets requests end. */
  readonly close: (graceMs: number) => Promise<void>;
}

interface Listening {
  target: GatewayListener['target'];
  readonly server: Server;
  /** Connections that left HTTP; the server does not know them any more. */
  readonly upgraded: Set<Duplex>;
  timer: NodeJS.Timeout | undefined;
}

const retryMs = 2000;

export function createGateway(log: Logger): Gateway {
  const startedAt = new Date().toISOString();
  const services = new Map<string, Service>();
  const listening = new Map<string, Listening>();
  const faults = new Map<number, string>();
  let revision = 0;
  let idleMs = 60_000;

  const serviceOf = (listener: Listening, request: IncomingMessage): Service | undefined => {
    const { target } = listener;
    const name = target.kind === 'service' ? target.service : target.hosts[hostName(request.headers.host)];
    return name === undefined ? undefined : services.get(name);
  };
  const open = (listener: GatewayListener): Listening => {
    const server = createServer({
      keepAlive: true,
      noDelay: true,
      maxHeaderSize: 32 * 1024,
      headersTimeout: 30_000,
      requestTimeout: 0,
      shouldUpgradeCallback: mayUpgrade,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5000,
    });
    const state: Listening = { target: listener.target, server, upgraded: new Set(), timer: undefined };
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      request.on('error', () => response.destroy());
      response.on('error', () => response.destroy());
      const service = serviceOf(state, request);
      if (service === undefined) return answerPlainly(response, 404);
      try {
        proxy({ request, response, service, secure: listener.tls !== null, idleMs });
      } catch (error) {
        log.error({ err: error }, 'a request could not be passed on');
        answerPlainly(response, 502);
      }
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      state.upgraded.add(socket);
      socket.once('close', () => state.upgraded.delete(socket));
      const service = serviceOf(state, request);
      if (service === undefined) return socket.end(plainHead(404));
      passUpgrade({ request, socket, head, service }).catch(() => socket.destroy());
    });
    server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end(plainHead(400));
      else socket.destroy();
    });
    const listen = () => server.listen(listener.port, listener.address);
    server.on('listening', () => faults.delete(listener.port));
    server.on('error', (error: NodeJS.ErrnoException) => {
      const words = error.code === 'EADDRINUSE' ? `port ${listener.port} is taken by another program` : error.message;
      if (!faults.has(listener.port)) log.error({ port: listener.port }, words);
      faults.set(listener.port, words);
      state.timer = setTimeout(listen, retryMs);
    });
    listen();
    return state;
  };
  const shut = (key: string, state: Listening) => {
    listening.delete(key);
    clearTimeout(state.timer);
    state.server.close();
    state.server.closeIdleConnections();
  };

  return {
    apply: (config) => {
      if (config.revision < revision) return false;
      revision = config.revision;
      idleMs = config.limits.backendIdleSeconds * 1000;
      const wanted = new Set(config.services.map((each) => each.name));
      for (const each of config.services) {
        const service = services.get(each.name) ?? new Service(each.name);
        services.set(each.name, service);
        service.configure(each, config.limits);
      }
      for (const [name, service] of services) {
        if (wanted.has(name)) continue;
        service.close();
        services.delete(name);
      }
      const ports = new Map(config.listeners.map((each) => [`${each.address}:${each.port}`, each]));
      for (const [key, state] of listening) if (!ports.has(key)) shut(key, state);
      for (const [key, listener] of ports) {
        const state = listening.get(key);
        if (state === undefined) listening.set(key, open(listener));
        else state.target = listener.target;
      }
      return true;
    },
    stats: () => ({
      startedAt,
      revision,
      listenerFaults: Object.fromEntries([...faults].map(([port, words]) => [String(port), words])),
      services: [...services.values()].map((service) => service.stats()),
    }),
    close: async (graceMs) => {
      const servers = [...listening.values()];
      const closed = servers.map(({ server, upgraded, timer }) => {
        clearTimeout(timer);
        // Nobody can say when they would end; their clients connect again.
        for (const socket of upgraded) socket.destroy();
        return new Promise<void>((resolve) => {
          if (!server.listening) return resolve();
          server.close(() => resolve());
          server.closeIdleConnections();
        });
      });
      const limit = setTimeout(() => {
        for (const { server } of servers) server.closeAllConnections();
      }, graceMs);
      await Promise.all(closed);
      clearTimeout(limit);
    },
  };
}
