import { admit, DomainError, refuse } from '@almanac/domain';
import { type ScimRoute, scimPrefix, scimRoutes } from '@almanac/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BackgroundContext } from '#platform/feature';
import { createRateLimit, type JsonLimits, networkOf, type Rate } from '#platform/http';
import { discoveryOperations } from './discovery.ts';
import { groupOperations } from './groups.operations.ts';
import { identifyScimClient, type ScimClient } from './scim-client.ts';
import { scimErrorOf } from './scim-error.ts';
import type { ScimAnswer, ScimOperation, ScimRequest } from './scim-request.ts';
import { userOperations } from './users.operations.ts';

const mediaType = 'application/scim+json';
/** A group of a few thousand members in one document. */
const json: JsonLimits = { depth: 8, items: 40_000, text: 4096 };
/** Of one provider, whose first synchronization sends all at once; and of an address that has no token. */
const rates: { readonly known: Rate; readonly unknown: Rate } = {
  known: { perMinute: 3000, burst: 1000 },
  unknown: { perMinute: 60, burst: 30 },
};

const operations: Readonly<Record<keyof typeof scimRoutes, ScimOperation>> = {
  ...discoveryOperations,
  ...userOperations,
  ...groupOperations,
};

/**
 * Where providers send their people and groups. SCIM has its own media type, parameters and errors, so it is mounted beside
 * the REST API; who may call what, and what is audited, stands in a table all the same, and `admit` decides about it.
 */
export async function mountScim(
  server: FastifyInstance,
  context: BackgroundContext,
  tools: { readonly publicUrl: string },
): Promise<void> {
  const limits = { known: createRateLimit(rates.known), unknown: createRateLimit(rates.unknown) };
  const identify = async (request: FastifyRequest): Promise<ScimClient> => {
    try {
      return await identifyScimClient(context.db, request.headers.authorization);
    } catch (error) {
      take(limits.unknown.take(networkOf(request.ip)));
      throw error;
    }
  };
  await server.register(
    async (scope) => {
      scope.setErrorHandler(answerError);
      scope.setNotFoundHandler((request) =>
        refuse('not-found', `there is nothing at ${request.method} ${request.url.split('?')[0]}`),
      );
      for (const [name, route] of Object.entries<ScimRoute>(scimRoutes))
        scope.route({
          method: route.method,
          url: route.path,
          config: { body: 'scim', json },
          handler: async (request, reply) => {
            const client = await identify(request);
            take(limits.known.take(client.provider.id));
            const decision = admit(client.actor, route.permission);
            if (!decision.allowed) return refuse('not-permitted', decision.why);
            const operation = operations[name as keyof typeof scimRoutes];
            const given = requestOf(request, { client, url: `${tools.publicUrl}${scimPrefix}` });
            return send(reply, await carryOut(context, { operation, route, client, request: given }));
          },
        });
    },
    { prefix: scimPrefix },
  );
}

function take(retryAfter: number | undefined): void {
  if (retryAfter !== undefined)
    throw new DomainError({
      code: 'too-many-requests',
      detail: `too many requests; try again in ${retryAfter} s`,
      retryAfter,
    });
}

function requestOf(request: FastifyRequest, given: { readonly client: ScimClient; readonly url: string }): ScimRequest {
  const { headers } = request;
  return {
    provider: given.client.provider,
    url: given.url,
    id: (request.params as Readonly<Record<string, string>>)['id'] ?? '',
    query: request.query as Readonly<Record<string, unknown>>,
    body: request.body,
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
  };
}

function carryOut(
  { db, inTransaction }: BackgroundContext,
  given: {
    readonly operation: ScimOperation;
    readonly route: ScimRoute;
    readonly client: ScimClient;
    readonly request: ScimRequest;
  },
): Promise<ScimAnswer> {
  const { operation, route, client, request } = given;
  if (operation.kind === 'read') return operation.handle(db, request);
  return inTransaction({ actor: client.actor, action: route.audit }, (command) => operation.handle(command, request));
}

function send(reply: FastifyReply, { status, body, etag, location }: ScimAnswer): FastifyReply {
  void reply.code(status).header('cache-control', 'no-store');
  if (etag !== undefined) void reply.header('etag', etag);
  if (location !== undefined) void reply.header('location', location);
  return body === undefined ? reply.send() : reply.type(mediaType).send(JSON.stringify(body));
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body, problem, expected, retryAfter } = scimErrorOf(error, request.id);
  if (expected)
    request.log.info({ instance: request.id, code: problem.code, url: request.routeOptions.url }, problem.detail);
  else request.log.error({ instance: request.id, url: request.routeOptions.url, err: error }, 'request failed');
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="SCIM"');
  if (problem.category === 'limited') void reply.header('retry-after', String(retryAfter ?? 5));
  return reply.code(status).type(mediaType).header('cache-control', 'no-store').send(JSON.stringify(body));
}
