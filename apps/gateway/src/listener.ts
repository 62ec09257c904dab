import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import { type Socket, Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { type GatewayConfig, type GatewayListener, isReport, type ViolationCollector } from '@almanac/protocol/gateway';
import type { Logger } from 'pino';
import { Certificates } from './certificates.ts';
import { isClear } from './clarity.ts';
import { type ClientRequest, type ClientResponse, hostOf } from './client-request.ts';
import { hostName } from './headers.ts';
import type { InheritedSocket } from './inherited-socket.ts';
import { answerPlainly, plainHead } from './plain-answer.ts';
import { proxy } from './proxy.ts';
import { type PatientServer, plainServer, tlsServer } from './server.ts';
import type { Service } from './service.ts';
import { takeReport } from './take-report.ts';
import { mayUpgrade, passUpgrade } from './upgrade.ts';

/** What the listeners of a gateway share. */
export interface Surroundings {
  readonly log: Logger;
  readonly service: (name: string) => Service | undefined;
  readonly limits: () => GatewayConfig['limits'];
  readonly collector: ViolationCollector;
  /** Why a port could not be opened or a certificate not be taken, by port. */
  readonly faults: Map<number, string>;
}

/** A port that is taken is tried again after so long. */
const retryMs = 2000;
/** What a client of HTTP/2 sent before it heard that it is to leave arrives within so long. */
const farewellMs = 1000;

/**
 * What runs on a connection of HTTP/1.1, to tell whom a silence is to be blamed on. Not what ran there last: each collection would
 * move the last request of every connection.
 */
const running = new WeakMap<Socket, ServerResponse>();

/** One address on which requests come in. */
export class Listener {
  readonly #around: Surroundings;
  readonly #server: PatientServer;
  readonly #certificates: Certificates | undefined;
  #target: GatewayListener['target'];
  readonly #address: Pick<GatewayListener, 'address' | 'port'>;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Connections that left HTTP; the server does not know them any more. */
  readonly #upgraded = new Set<Duplex>();
  #timer: NodeJS.Timeout | undefined;
  #leaving = false;

  constructor(wanted: GatewayListener, around: Surroundings) {
    this.#around = around;
    this.#target = wanted.target;
    this.#address = { address: wanted.address, port: wanted.port };
    const events = {
      onRequest: (request: ClientRequest, response: ClientResponse) => this.#onRequest(request, response),
      onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#onUpgrade(request, socket, head),
      onSilence: (socket: Socket) => this.#onSilence(socket),
      onNonsense,
      onSession: (session: ServerHttp2Session) => this.#onSession(session),
    };
    if (wanted.tls === null) this.#server = plainServer(events);
    else {
      const certificates = new Certificates({
        onFault: (fault) => this.#setFault(fault),
        onFirst: (first) => server.setSecureContext({ ...first, minVersion: 'TLSv1.2' }),
      });
      const server = tlsServer(events, certificates);
      [this.#server, this.#certificates] = [server, certificates];
    }
    this.#keepOpen();
  }

  configure(wanted: GatewayListener): void {
    this.#target = wanted.target;
    this.#certificates?.configure(wanted.tls?.certificates ?? []);
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
    this.#certificates?.stop();
    // Not the server's own close: that cuts idle connections, on which the next request may be on its way.
    if (this.#server.listening) TcpServer.prototype.close.call(this.#server);
    for (const session of this.#sessions) sayFarewell(session);
  }

  /** Resolves when nobody is connected any more; after `graceMs` nobody is waited for. */
  async ended(graceMs: number): Promise<void> {
    const limit = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    // Not the server's own count: it knows nothing of who came before it served (`InheritedSocket`).
    await Promise.all(Array.from(this.#sockets, (socket) => new Promise((resolve) => socket.once('close', resolve))));
    clearTimeout(limit);
  }

  /** Ends connections that carry nothing, without waiting for what may be on its way on them. */
  closeIdle(): void {
    const { closeIdleConnections } = this.#server as { closeIdleConnections?: () => void };
    closeIdleConnections?.call(this.#server);
    for (const session of this.#sessions) session.close();
  }

  /** Nobody can say when they would end; their clients connect again. */
  cutUpgraded(): void {
    for (const socket of this.#upgraded) socket.destroy();
  }

  #keepOpen(): void {
    const { log } = this.#around;
    const { port } = this.#address;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('listening', () => this.#around.faults.delete(port));
    this.#server.on('error', (error: NodeJS.ErrnoException) => {
      const words = error.code === 'EADDRINUSE' ? `port ${port} is taken by another program` : error.message;
      if (!this.#around.faults.has(port)) log.error({ port }, words);
      this.#around.faults.set(port, words);
      if (!this.#leaving) this.#timer = setTimeout(() => this.open(), retryMs);
    });
  }

  #setFault(fault: string | undefined): void {
    const { log, faults } = this.#around;
    const { port } = this.#address;
    if (fault !== undefined && faults.get(port) !== fault) log.error({ port }, fault);
    if (fault !== undefined) faults.set(port, fault);
    else if (this.#server.listening) faults.delete(port);
  }

  #onSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => session.destroy());
    if (this.#leaving) sayFarewell(session);
  }

  #onRequest(request: ClientRequest, response: ClientResponse): void {
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    this.#watch(request, response);
    const service = isClear(request) ? this.#serviceOf(request) : undefined;
    if (service === undefined) {
      answerPlainly(response, isClear(request) ? 404 : 400);
      return;
    }
    if (isReport(request.url)) {
      takeReport({ request, response, service, collector: this.#around.collector }).catch(() => response.destroy());
      return;
    }
    try {
      const { log, limits } = this.#around;
      const idleMs = limits().backendIdleSeconds * 1000;
      proxy({ request, response, service, secure: this.#certificates !== undefined, idleMs, log });
    } catch (error) {
      this.#around.log.error({ err: error }, 'a request could not be passed on');
      answerPlainly(response, 502);
    }
  }

  /** Sees to it that a client that neither sends nor takes anything is not waited for. */
  #watch(request: ClientRequest, response: ClientResponse): void {
    const { stream } = response;
    if (stream !== undefined) {
      stream.setTimeout(this.#server.timeout, () => {
        if (!request.complete || stream.writableLength > 0) stream.close();
      });
      return;
    }
    running.set(request.socket, response);
    response.on('close', endRunning);
    if (this.#leaving) response.shouldKeepAlive = false;
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    // What is said from here on, and how seldom, is between the two ends.
    request.socket.setTimeout(0);
    socket.once('close', () => this.#upgraded.delete(socket));
    if (!isClear(request) || !mayUpgrade(request)) return void socket.end(plainHead(400));
    const service = this.#serviceOf(request);
    if (service === undefined || isReport(request.url)) return void socket.end(plainHead(404));
    passUpgrade({ request, socket, head, service, secure: this.#certificates !== undefined }).catch(() =>
      socket.destroy(),
    );
  }

  /** A connection on which nothing happened for long: it ends, unless it is the backend that is waited for. */
  #onSilence(socket: Socket): void {
    const response = running.get(socket);
    if (response === undefined || response.writableFinished) return void socket.destroy();
    const { req: request } = response;
    if (request.complete && socket.writableLength === 0) return;
    if (response.headersSent) socket.destroy();
    else socket.end(plainHead(408));
  }

  #serviceOf(request: ClientRequest): Service | undefined {
    const name = this.#target.kind === 'service' ? this.#target.service : this.#target.hosts[hostName(hostOf(request))];
    return name === undefined ? undefined : this.#around.service(name);
  }
}

function endRunning(this: ServerResponse): void {
  const { socket } = this.req;
  if (running.get(socket) === this) running.delete(socket);
}

function onNonsense(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writable) socket.end(plainHead(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400));
  else socket.destroy();
}

/** Asks for no new streams, and refuses them only once those that were on their way have come (RFC 9113, section 6.8). */
function sayFarewell(session: ServerHttp2Session): void {
  if (session.destroyed || session.closed) return;
  session.goaway(0, 2 ** 31 - 1);
  setTimeout(() => session.close(), farewellMs);
}
