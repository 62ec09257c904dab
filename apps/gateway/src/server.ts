import { createServer, type IncomingMessage, type ServerOptions } from 'node:http';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { Socket, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server as TlsServer } from 'node:tls';
import type { Certificates } from './certificates.ts';
import type { ClientRequest, ClientResponse } from './client-request.ts';
import { mayUpgrade } from './upgrade.ts';

/** What happens on a server, whichever HTTP its clients speak. */
export interface ServerEvents {
  readonly onRequest: (request: ClientRequest, response: ClientResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Nothing happened for long on a connection of HTTP/1.1. */
  readonly onSilence: (socket: Socket) => void;
  /** What came is no HTTP, or came too slowly. */
  readonly onNonsense: (error: NodeJS.ErrnoException, socket: Duplex) => void;
  readonly onSession: (session: ServerHttp2Session) => void;
}

/** Of both kinds of server: how long clients may take, in milliseconds. */
export type PatientServer = TcpServer & { headersTimeout: number; timeout: number };

const maxHeaderBytes = 32 * 1024;
const keepAliveMs = 65_000;
const http1: ServerOptions = {
  keepAlive: true,
  noDelay: true,
  maxHeaderSize: maxHeaderBytes,
  requestTimeout: 0,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: 500,
};

export function plainServer(events: ServerEvents): PatientServer {
  return createServer({ ...http1, shouldUpgradeCallback: mayUpgrade })
    .on('request', events.onRequest)
    .on('upgrade', events.onUpgrade)
    .on('clientError', events.onNonsense)
    .on('timeout', events.onSilence);
}

/** HTTPS: HTTP/2, and HTTP/1.1 for who does not speak that. A client that resets or frames without end is cut off. */
export function tlsServer(
  events: ServerEvents,
  certificates: Certificates,
): PatientServer & Pick<TlsServer, 'setSecureContext'> {
  const server = createSecureServer({
    allowHTTP1: true,
    http1Options: http1,
    noDelay: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    SNICallback: (name, give) => give(null, certificates.contextFor(name)),
    settings: { maxConcurrentStreams: 100, maxHeaderListSize: maxHeaderBytes },
    maxSessionRejectedStreams: 100,
    maxSessionInvalidFrames: 100,
    unknownProtocolTimeout: 10_000,
    streamResetBurst: 200,
    streamResetRate: 50,
  });
  // The types of both kinds share no ancestor, though the methods are the same.
  server.on('request', (request, response) =>
    events.onRequest(request as unknown as ClientRequest, response as unknown as ClientResponse),
  );
  server.on('upgrade', events.onUpgrade);
  server.on('clientError', events.onNonsense);
  server.on('session', events.onSession);
  server.on('timeout', (silent: unknown) => {
    if (silent instanceof Socket) events.onSilence(silent);
    // A session: whatever runs on it ends first.
    else (silent as ServerHttp2Session).close();
  });
  return server as unknown as PatientServer & TlsServer;
}
