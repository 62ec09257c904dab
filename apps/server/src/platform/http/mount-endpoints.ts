import { type Actor, authorize, refuse, type Scope } from '@almanac/domain';
import { type Route, routes } from '@almanac/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Tables } from '../../tables.ts';
import type { CommandContext, Endpoint, InTransaction, ReadContext } from './endpoint.ts';
import type { Gate, Place } from './gate.ts';
import { type Answer, type AnswerBox, once } from './idempotency.ts';
import { refusingForeignCursor } from './page.ts';
import { expectedRevision, type ParsedParts, parseRequest } from './parse-request.ts';
import { type Authenticator, identify, type SessionCookie } from './request-identity.ts';

export interface MountOptions {
  readonly endpoints: readonly Endpoint[];
  readonly authenticator: Authenticator;
  readonly db: Kysely<Tables>;
  readonly inTransaction: InTransaction;
  readonly sessionCookie: SessionCookie;
  readonly answerBox: AnswerBox;
  /** Fires when the server stops: nobody waits any longer then. */
  readonly stopping: AbortSignal;
  /** Requests in a minute, from one address, for what can be guessed at. */
  readonly guessLimit: number;
  readonly gate: Gate;
}

/** Operations at which somebody could guess a secret. */
const guessable = new Set(['completeSetup', 'setPassword', 'enrolAgent']);

/** Operations that answer with a cookie; giving back only the body of an earlier answer would be no answer. */
const cookieAnswers = new Set(['completeSetup', 'setPassword', 'signIn']);

/** What machines ask is not held back: they are few, and lose their leases or stay without their files otherwise. */
const machineOperations = new Set(['enrolAgent', 'getArtifact']);

/** An endpoint whose types were checked where it was defined; here only its kind matters. */
interface AnyEndpoint {
  readonly operation: string;
  readonly kind: Endpoint['kind'];
  readonly handle: (context: never, request: never) => Promise<unknown>;
}

/** Mounts every operation of the route table; one that nobody handles, or two handle, is a defect at the start. */
export function mountEndpoints(server: FastifyInstance, options: MountOptions): void {
  const handled = new Map<string, AnyEndpoint>();
  for (const endpoint of options.endpoints) {
    if (handled.has(endpoint.operation)) throw new Error(`${endpoint.operation} is handled twice`);
    handled.set(endpoint.operation, endpoint);
  }
  for (const [name, route] of Object.entries<Route>(routes)) {
    const endpoint = handled.get(name);
    if (endpoint === undefined) throw new Error(`${name} is handled by no feature`);
    mount({ server, options, route, endpoint });
  }
}

function mount(input: {
  readonly server: FastifyInstance;
  readonly options: MountOptions;
  readonly route: Route;
  readonly endpoint: AnyEndpoint;
}): void {
  const { server, options, route, endpoint } = input;
  server.route({
    method: route.method,
    url: `/api/v1${route.path}`,
    ...(guessable.has(endpoint.operation)
      ? { config: { rateLimit: { max: options.guessLimit, timeWindow: 60_000 } } }
      : { config: { rateLimit: false } }),
    handler: (request, reply) => {
      const work = (place: Place) => answer({ ...input, place, request, reply });
      const isMachine = route.permission === 'builder' || machineOperations.has(endpoint.operation);
      return isMachine ? work(everyPlace) : options.gate.pass(work);
    },
  });
}

/** The place of whoever needs none. */
const everyPlace: Place = { aside: (wait) => wait() };

async function answer(input: {
  readonly options: MountOptions;
  readonly route: Route;
  readonly endpoint: AnyEndpoint;
  readonly place: Place;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}): Promise<FastifyReply> {
  const { options, route, request, reply } = input;
  const actor = await identify(request, options);
  const decision = authorize(actor, route.permission);
  if (!decision.allowed)
    return refuse(actor.kind === 'anonymous' ? 'not-signed-in' : 'not-permitted', `${route.summary}: ${decision.why}`);
  const parsed = parseRequest(route, request);
  const http = { request, reply, sessionCookie: options.sessionCookie };
  const handled = { ...parsed, expectedRevision: expectedRevision(route, request), http };
  const given = await answerOf({ ...input, actor, scope: decision.scope, handled });
  return reply.sent || route.raw === 'response' ? reply : send(reply, route, given);
}

async function answerOf(input: {
  readonly options: MountOptions;
  readonly route: Route;
  readonly endpoint: AnyEndpoint;
  readonly actor: Actor;
  readonly scope: Scope;
  readonly handled: ParsedParts;
  readonly place: Place;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}): Promise<Answer> {
  const { options, route, endpoint, actor, scope, request } = input;
  const status = route.status ?? (route.response === undefined ? 204 : 200);
  // Each endpoint was checked against its own route by `read`, `command` and `direct`.
  const handle = endpoint.handle as (context: unknown, handled: unknown) => Promise<unknown>;
  if (endpoint.kind !== 'command') {
    const signal = AbortSignal.any([goneSignal(input.reply), options.stopping]);
    const context: ReadContext = { actor, scope, db: options.db, signal };
    const given =
      endpoint.kind === 'direct'
        ? { ...context, inTransaction: options.inTransaction, aside: input.place.aside }
        : context;
    const { cursor } = (input.handled.query ?? {}) as { readonly cursor?: unknown };
    return { status, body: await refusingForeignCursor(cursor, () => handle(given, input.handled)) };
  }
  const action = typeof route.audit === 'string' ? route.audit : null;
  const params = request.params as Readonly<Record<string, string>>;
  return options.inTransaction({ actor, action }, (context) => {
    const scoped: CommandContext = { ...context, scope };
    scoped.audit({
      subject: Object.entries(params)
        .map(([key, value]) => `${key}:${value}`)
        .join(' '),
    });
    const repeatableOnce = route.method === 'POST' && !cookieAnswers.has(endpoint.operation);
    const key = repeatableOnce ? request.headers['idempotency-key']?.toString() : undefined;
    const repeatable = { path: request.url, body: request.body ?? null };
    return once({
      context: scoped,
      key,
      request: repeatable,
      box: options.answerBox,
      work: async () => {
        const body = await handle(scoped, input.handled);
        scoped.auditAfter(body);
        return { status, body };
      },
    });
  });
}

function send(reply: FastifyReply, route: Route, answer: Answer): FastifyReply {
  const { body } = answer;
  if (typeof body === 'object' && body !== null && 'revision' in body)
    void reply.header('etag', `"${String(body.revision)}"`);
  void reply.code(answer.status).header('cache-control', 'no-store');
  return route.response === undefined ? reply.send() : reply.type('application/json').send(bytesOf(body));
}

/** Answers that several requests share are made into bytes once. */
const made = new WeakMap<object, Buffer>();

function bytesOf(body: unknown): Buffer {
  const key = typeof body === 'object' && body !== null ? body : {};
  const bytes = made.get(key) ?? Buffer.from(JSON.stringify(body), 'utf8');
  made.set(key, bytes);
  return bytes;
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
