import { type Actor, actorName, type Capability, DomainError, refuse } from '@almanac/domain';
import { type Route, routes } from '@almanac/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { type ScopedDatabase, withinScope } from '../../scope/index.ts';
import type { Tables } from '../../tables.ts';
import { type Access, type AccessGuard, AccessRefused } from './access-guard.ts';
import type { RefusalCounter } from './count-refusals.ts';
import type { Endpoint, InTransaction, ReadContext } from './endpoint.ts';
import type { Gate, Place } from './gate.ts';
import type { EntranceGuard } from './guard-entrances.ts';
import { type Answer, type AnswerBox, once } from './idempotency.ts';
import { machineJson, usualJson } from './json-limits.ts';
import { refusingForeignCursor } from './page.ts';
import { expectedRevision, type ParsedParts, parseRequest } from './parse-request.ts';
import { createRateLimit, networkOf, type Rate, type RateLimit } from './rate-limits.ts';
import { type Authenticator, identify, isLocal, refuseUnproved, type SessionCookie } from './request-identity.ts';
import { watchAccess } from './watch-access.ts';

export interface MountOptions {
  readonly endpoints: readonly Endpoint[];
  readonly authenticator: Authenticator;
  readonly guard: AccessGuard;
  readonly db: Kysely<Tables>;
  readonly inTransaction: InTransaction;
  readonly sessionCookie: SessionCookie;
  readonly answerBox: AnswerBox;
  /** Fires when the server stops: nobody waits any longer then. */
  readonly stopping: AbortSignal;
  /** Requests in a minute, from one address, for what can be guessed at. */
  readonly guessLimit: number;
  /** Who tried what they may not. */
  readonly refusals: RefusalCounter;
  readonly gate: Gate;
  /** Asked again of requests that stay open. */
  readonly entrances: EntranceGuard;
  /** Requests of one account, and of one address that nobody signed in from. */
  readonly rates: { readonly known: Rate; readonly unknown: Rate };
}

/** What gives out much at once. */
const exportRate: Rate = { perMinute: 6, burst: 6 };
const exportsMuch = new Set(['exportAudit']);
/** A builder's result holds the contracts and reports of a whole repository. */
const machineBodyBytes = 4 * 1024 * 1024;

/** Counts requests of this process. */
interface Limits {
  readonly known: RateLimit;
  readonly unknown: RateLimit;
  readonly exports: RateLimit;
}

/** Operations at which somebody could guess a secret. */
const guessable = new Set(['completeSetup', 'setPassword', 'enrolAgent', 'signInWithPasskey', 'signInByBreakGlass']);

/** Operations that answer with a cookie; giving back only the body of an earlier answer would be no answer. */
const cookieAnswers = new Set([
  'completeSetup',
  'setPassword',
  'signIn',
  'signInWithPasskey',
  'signInByBreakGlass',
  'giveProof',
  'confirmTotp',
  'addPasskey',
]);

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
  const limits: Limits = {
    known: createRateLimit(options.rates.known),
    unknown: createRateLimit(options.rates.unknown),
    exports: createRateLimit(exportRate),
  };
  for (const [name, route] of Object.entries<Route>(routes)) {
    const endpoint = handled.get(name);
    if (endpoint === undefined) throw new Error(`${name} is handled by no feature`);
    mount({ server, options, limits, route, endpoint });
  }
}

function mount(input: {
  readonly server: FastifyInstance;
  readonly options: MountOptions;
  readonly limits: Limits;
  readonly route: Route;
  readonly endpoint: AnyEndpoint;
}): void {
  const { server, options, route, endpoint } = input;
  const isMachine = route.permission === 'builder' || machineOperations.has(endpoint.operation);
  const guessed = guessable.has(endpoint.operation);
  server.route({
    method: route.method,
    url: `/api/v1${route.path}`,
    ...(isMachine ? { bodyLimit: machineBodyBytes } : {}),
    config: {
      rateLimit: guessed ? { max: options.guessLimit, timeWindow: 60_000 } : false,
      ...(route.entrance === undefined ? {} : { entrance: route.entrance }),
      json: isMachine ? machineJson : usualJson,
      body: route.raw === 'request' ? 'bytes' : 'json',
    },
    handler: (request, reply) => {
      const work = (place: Place) => answer({ ...input, place, request, reply });
      return isMachine ? work(everyPlace) : options.gate.pass(work);
    },
  });
}

/** The place of whoever needs none. */
const everyPlace: Place = { aside: (wait) => wait() };

async function answer(input: {
  readonly options: MountOptions;
  readonly limits: Limits;
  readonly route: Route;
  readonly endpoint: AnyEndpoint;
  readonly place: Place;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}): Promise<FastifyReply> {
  const { options, route, endpoint, request, reply } = input;
  const actor = await identified(input);
  const given = await noting({ ...input, actor }, () => {
    options.guard.admit(actor, route);
    refuseLimited(actor, endpoint.operation, route);
    if (route.stepUp === true) refuseUnproved(actor);
    const parsed = parseRequest(route, request);
    const http = { request, reply, sessionCookie: options.sessionCookie };
    const handled = { ...parsed, expectedRevision: expectedRevision(route, request), http };
    return answerOf({ ...input, actor, handled });
  });
  return reply.sent || route.raw === 'response' ? reply : send(reply, route, given);
}

/** Whoever tries what they may not is counted, once their transaction is over; nobody is known of those who did not sign in. */
async function noting(
  input: { readonly options: MountOptions; readonly endpoint: AnyEndpoint; readonly actor: Actor },
  work: () => Promise<Answer>,
): Promise<Answer> {
  const { actor, endpoint, options } = input;
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccessRefused && actor.kind !== 'anonymous' && actor.kind !== 'arriving')
      await options.refusals.note({ actor, operation: endpoint.operation });
    throw error;
  }
}

/** Whoever asks too often is refused before anything is done for them; programs on this machine are not counted. */
async function identified(input: {
  readonly options: MountOptions;
  readonly limits: Limits;
  readonly endpoint: AnyEndpoint;
  readonly request: FastifyRequest;
}): Promise<Actor> {
  const { options, limits, endpoint, request } = input;
  const counted = !isLocal(request);
  const unknown = () => counted && takeOne(limits.unknown, networkOf(request.ip));
  const actor = await identify(request, options).catch((error: unknown) => {
    unknown();
    throw error;
  });
  if (actor.kind === 'anonymous' || actor.kind === 'arriving') unknown();
  else if (actor.kind === 'principal' && counted) takeOne(limits.known, actorName(actor));
  if (counted && exportsMuch.has(endpoint.operation)) takeOne(limits.exports, actorName(actor));
  return actor;
}

function takeOne(limit: RateLimit, key: string): void {
  const retryAfter = limit.take(key);
  if (retryAfter !== undefined)
    throw new DomainError({
      code: 'too-many-requests',
      detail: `too many requests; try again in ${retryAfter} s`,
      retryAfter,
    });
}

/** What a token changes of its owner's account although it is limited: it makes others within its limits, and proves. */
const withinLimitsAnyway = new Set(['createApiToken', 'rotateApiToken', 'giveProof']);

/** Whoever limits a token does not give it their own account: it would be a way to more. */
function refuseLimited(actor: Actor, operation: string, route: Route): void {
  const own = route.permission === 'signed-in' || route.permission === 'arriving';
  if (actor.kind !== 'principal' || actor.limits === undefined || !own) return;
  if (route.audit !== null && !withinLimitsAnyway.has(operation))
    refuse('not-permitted', `${route.summary}: the token is limited, and changes nothing of its owner's account`);
}

async function answerOf(input: {
  readonly options: MountOptions;
  readonly limits: Limits;
  readonly route: Route;
  readonly endpoint: AnyEndpoint;
  readonly actor: Actor;
  readonly handled: ParsedParts;
  readonly place: Place;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}): Promise<Answer> {
  const { options, route, endpoint, actor, request } = input;
  const status = route.status ?? (route.response === undefined ? 204 : 200);
  // Each endpoint was checked against its own route by `read`, `command` and `direct`.
  const handle = endpoint.handle as (context: unknown, handled: unknown) => Promise<unknown>;
  if (endpoint.kind !== 'command') {
    await options.guard.decide(options.db, { actor, route, parsed: input.handled });
    const { guard, db } = options;
    const watch =
      endpoint.kind === 'direct' && route.permission !== 'public'
        ? watchAccess({ ...input, parsed: input.handled, db, guard, whoAsks: whoAsksNow(options) })
        : undefined;
    const access = watch?.access ?? guard.accessOf(actor);
    const signals = [goneSignal(input.reply), options.stopping, ...(watch === undefined ? [] : [watch.signal])];
    const signal = AbortSignal.any(signals);
    const context: ReadContext<unknown> = { actor, access, db: databaseOf(route, { db, access }), signal };
    const given =
      endpoint.kind === 'direct'
        ? { ...context, inTransaction: options.inTransaction, aside: input.place.aside }
        : context;
    const { cursor } = (input.handled.query ?? {}) as { readonly cursor?: unknown };
    const body = await refusingForeignCursor(cursor, () => handle(given, input.handled));
    if (watch?.signal.aborted === true && !input.reply.sent) await watch.stillAllowed();
    return { status, body };
  }
  const action = typeof route.audit === 'string' ? route.audit : null;
  const params = request.params as Readonly<Record<string, string>>;
  return options.inTransaction({ actor, action }, async (context) => {
    // In the transaction of the change, so that both see the same.
    await options.guard.decide(context.db, { actor, route, parsed: input.handled });
    context.audit({
      subject: Object.entries(params)
        .map(([key, value]) => `${key}:${value}`)
        .join(' '),
    });
    const repeatableOnce = route.method === 'POST' && !cookieAnswers.has(endpoint.operation);
    const key = repeatableOnce ? request.headers['idempotency-key']?.toString() : undefined;
    const repeatable = { path: request.url, body: request.body ?? null };
    return once({
      context,
      key,
      request: repeatable,
      box: options.answerBox,
      work: async () => {
        const body = await handle(context, input.handled);
        context.auditAfter(body);
        return { status, body };
      },
    });
  });
}

/** Who asks, without counting that as a use of the credential. */
function whoAsksNow({
  authenticator,
  sessionCookie,
  entrances,
}: MountOptions): (request: FastifyRequest) => Promise<Actor> {
  return async (request) => {
    entrances.insist(request);
    return identify(request, { authenticator: authenticator.uncounted, sessionCookie });
  };
}

/** The database as the route's objects allow it: see `DatabaseOf`. */
function databaseOf(
  route: Route,
  given: { readonly db: Kysely<Tables>; readonly access: Access },
): Kysely<Tables> | ScopedDatabase {
  if (route.of === undefined || route.of.every((each) => each.kind !== 'scope')) return given.db;
  const capability = route.permission.slice('capability:'.length) as Capability;
  return withinScope(given.db, given.access.scopeOf(capability));
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
