import { randomUUID } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { DomainError } from '@almanac/domain';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { acceptBodies } from './accept-bodies.ts';
import { boundRequests } from './bound-requests.ts';
import { problemOf } from './problem-details.ts';
import { setResponseHeaders } from './response-headers.ts';

/** Of a body, unless its route allows more. */
const largestJson = 1024 * 1024;

/** The HTTP server with its limits and headers, before anything is mounted on it. */
export async function createServer(input: {
  readonly log: FastifyBaseLogger;
  readonly allowedHosts: ReadonlySet<string>;
  /** Whether people come by HTTPS. */
  readonly secure: boolean;
  /** Certificate and key of this server; plain HTTP without. */
  readonly tls?: SecureContextOptions | undefined;
  /** Addresses of proxies whose word on where a request comes from is taken. */
  readonly trustedProxies: readonly string[];
}): Promise<FastifyInstance> {
  // What TLS adds changes nothing about the server for whoever mounts on it.
  const https = input.tls === undefined ? {} : ({ https: input.tls } as object);
  const server = fastify({
    ...https,
    trustProxy: input.trustedProxies.length === 0 ? false : [...input.trustedProxies],
    loggerInstance: input.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestJson,
    genReqId: () => randomUUID(),
    // Agents and slow links may take their time with a body; headers come at once or not at all.
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    // Requests under way end; connections that only wait are closed.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // What is refused before there is a route: addresses that are too long, or none.
    frameworkErrors: answerError,
  });
  server.server.headersTimeout = 10_000;
  // A client lets go of an idle connection when it was told to; were we as quick, a request could meet a closed door.
  server.server.keepAliveTimeoutBuffer = 10_000;
  await server.register(cookie);
  await setResponseHeaders(server, input.secure);
  boundRequests(server, input.allowedHosts);
  acceptBodies(server);
  await server.register(rateLimit, { global: false });
  await server.register(websocket, { options: { maxPayload: 8 * 1024 * 1024 } });
  server.setErrorHandler(answerError);
  return server;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  const { problem, expected } = problemOf(error, request.id);
  if (expected)
    request.log.debug({ instance: request.id, code: problem.code, url: request.routeOptions.url }, problem.detail);
  else request.log.error({ instance: request.id, url: request.routeOptions.url, err: error }, 'request failed');
  if (reply.sent || reply.raw.headersSent) return reply.raw.destroy();
  if (problem.category === 'limited' && !reply.hasHeader('retry-after'))
    void reply.header('retry-after', retryAfter(error, problem.code));
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

/** Seconds. Whoever is refused because there are too many does not come again together with all the others. */
function retryAfter(error: unknown, code: string): string {
  const known = error instanceof DomainError ? error.refusal.retryAfter : undefined;
  if (known !== undefined) return String(known);
  return code === 'overloaded' ? String(1 + Math.floor(Math.random() * 4)) : '5';
}
