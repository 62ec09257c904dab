import { randomUUID } from 'node:crypto';
import { DomainError } from '@almanac/domain';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { problemOf } from './problem-details.ts';

const largestJson = 4 * 1024 * 1024;

/** The HTTP server with its limits and headers, before anything is mounted on it. */
export async function createServer(input: {
  readonly log: FastifyBaseLogger;
  readonly allowedHosts: ReadonlySet<string>;
}): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: input.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestJson,
    genReqId: () => randomUUID(),
    // Agents and slow links may take their time with a body; headers come at once or not at all.
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    // Requests under way end; connections that only wait are closed.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // What is refused before there is a route: addresses that are too long, or none.
    frameworkErrors: answerError,
  });
  server.server.headersTimeout = 20_000;
  // A client lets go of an idle connection when it was told to; were we as quick, a request could meet a closed door.
  server.server.keepAliveTimeoutBuffer = 10_000;
  await server.register(cookie);
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The component library writes its style elements at run time.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await server.register(rateLimit, { global: false });
  await server.register(websocket, { options: { maxPayload: 8 * 1024 * 1024 } });
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  server.addHook('onRequest', async (request, reply) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    // A page of another name that resolves to us (DNS rebinding) must not reach the API.
    if (!input.allowedHosts.has(host) && !input.allowedHosts.has('*'))
      return reply
        .code(421)
        .type('text/plain')
        .send(`This server does not answer for ${host}; set ALMANAC_PUBLIC_URL.\n`);
    return undefined;
  });
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
