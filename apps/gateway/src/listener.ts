import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket, Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayConfig, GatewayListener } from '@almanac/protocol';
import type { Logger } from 'pino';
import { isClear } from './clarity.ts';
import { hostName } from './headers.ts';
import type { InheritedSocket } from './inherited-socket.ts';
import { answerPlainly, plainHead } from './plain-answer.ts';
import { proxy } from './proxy.ts';
import type { Service } from './service.ts';
import { mayUpgrade, passUpgrade } from './upgrade.ts';

/** What the listeners of a gateway share. */
export interface Surroundings {
  readonly log: Logger;
  readonly service: (name: string) => Service | undefined;
  readonly limits: () => GatewayConfig['limits'];
  /** Why a port could not be opened, by port. */
  readonly faults: Map<number, string>;
}

/** A port that is taken is tried again after so long. */
const retryMs = 2000;
const keepAliveMs = 65_000;
const checkMs = 500;

/** One address on which requests come in. */
export class Listener {
  readonly #around: Surroundings;
  readonly #server: Server;
  #target: GatewayListener['target'];
  readonly #address: Pick<GatewayListener, 'address' | 'port'>;
  readonly #secure: boolean;
  /** Connections that left HTTP; the server does not know them any more. */
  readonly #upgraded = new Set<Duplex>();
  /** What runs on a connection, to tell whom a silence is to be blamed on. */
  readonly #running = new WeakMap<Socket, ServerResponse>();
  #timer: NodeJS.Timeout | undefined;
  #leaving = false;

  constructor(wanted: GatewayListener, around: Surroundings) {
    this.#around = around;
    this.#target = wanted.target;
    this.#address = { address: wanted.address, port: wanted.port };
    this.#secure = wanted.tls !== null;
    this.#server = createServer({
      keepAlive: true,
      noDelay: true,
      maxHeaderSize: 32 * 1024,
      requestTimeout: 0,
      shouldUpgradeCallback: mayUpgrade,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkMs,
    });
    this.#listenTo(this.#server);
  }

  configure(wanted: GatewayListener): void {
    this.#target = wanted.target;
    const { clientHeaderSeconds, clientIdleSeconds } = this.#around.limits();
    this.#server.headersTimeout = clientHeaderSeconds * 1000;
    this.#server.timeout = clientIdleSeconds * 1000;
  }

  /** What accepts connections; undefined while nothing does. */
  get socket(): TcpServer | undefined {
    return this.#server.listening ? this.#server : undefined;
  }

  /** Opens the port, or goes on with one that is open already. */
  open(inherited?: InheritedSocket): void {
    const { port, address } = this.#address;
    if (inherited === undefined) this.#server.listen(port, address);
    else inherited.giveTo(this.#server);
  }

  /** Accepts nobody any more; who is connected is told to leave with the next answer. */
  leave(): void {
    this.#leaving = true;
    clearTimeout(this.#timer);
    // Not the server's own close: that cuts idle connections, on which the next request may be on its way.
    if (this.#server.listening) TcpServer.prototype.close.call(this.#server);
  }

  /** Resolves when nobody is connected any more; after `graceMs` nobody is waited for. */
  async ended(graceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.getConnections((_error, count) => (count > 0 ? this.#server.once('close', resolve) : resolve()));
    const limit = setTimeout(() => {
      this.cutUpgraded();
      this.#server.closeAllConnections();
    }, graceMs);
    await promise;
    clearTimeout(limit);
  }

  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  /** Nobody can say when they would end; their clients connect again. */
  cutUpgraded(): void {
    for (const socket of this.#upgraded) socket.destroy();
  }

  #listenTo(server: Server): void {
    const { log, faults } = this.#around;
    const { port } = this.#address;
    server.on('request', (request, response) => this.#onRequest(request, response));
    server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    server.on('timeout', (socket) => this.#onSilence(socket));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
      if (socket.writable) socket.end(plainHead(status));
      else socket.destroy();
    });
    server.on('listening', () => faults.delete(port));
    server.on('error', (error: NodeJS.ErrnoException) => {
      const words = error.code === 'EADDRINUSE' ? `port ${port} is taken by another program` : error.message;
      if (!faults.has(port)) log.error({ port }, words);
      faults.set(port, words);
      if (!this.#leaving) this.#timer = setTimeout(() => this.open(), retryMs);
    });
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    this.#running.set(request.socket, response);
    if (this.#leaving) response.shouldKeepAlive = false;
    const service = isClear(request) ? this.#serviceOf(request) : undefined;
    if (service === undefined) {
      answerPlainly(response, isClear(request) ? 404 : 400);
      return;
    }
    try {
      const idleMs = this.#around.limits().backendIdleSeconds * 1000;
      proxy({ request, response, service, secure: this.#secure, idleMs });
    } catch (error) {
      this.#around.log.error({ err: error }, 'a request could not be passed on');
      answerPlainly(response, 502);
    }
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    // What is said from here on, and how seldom, is between the two ends.
    request.socket.setTimeout(0);
    socket.once('close', () => this.#upgraded.delete(socket));
    if (!isClear(request)) return void socket.end(plainHead(400));
    const service = this.#serviceOf(request);
    if (service === undefined) return void socket.end(plainHead(404));
    passUpgrade({ request, socket, head, service }).catch(() => socket.destroy());
  }

  /** A connection on which nothing happened for long: it ends, unless it is the backend that is waited for. */
  #onSilence(socket: Socket): void {
    const response = this.#running.get(socket);
    if (response === undefined || response.writableFinished) return void socket.destroy();
    const { req: request } = response;
    if (request.complete && socket.writableLength === 0) return;
    if (response.headersSent) socket.destroy();
    else socket.end(plainHead(408));
  }

  #serviceOf(request: IncomingMessage): Service | undefined {
    const name =
      this.#target.kind === 'service' ? this.#target.service : this.#target.hosts[hostName(request.headers.host)];
    return name === undefined ? undefined : this.#around.service(name);
  }
}
