import {
  type CallInput,
  type OperationName,
  type Problem,
  problem,
  type ResponseOf,
  type Route,
  type Routes,
  routes,
} from '@almanac/protocol';

/** The server answered with a problem: an expected refusal, or a fault with the id under which it is logged. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(given: Problem) {
    super(given.detail);
    this.name = 'ProblemError';
    this.problem = given;
  }
}

/** The server could not be reached, or what answered was not Almanac. */
export class ConnectionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConnectionError';
  }
}

export interface ClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:7400`; empty for the page's own origin. */
  readonly baseUrl: string;
  /** API token; without one the browser's session cookie is used. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
  /** Makes idempotency keys; 128 random bits unless given. */
  readonly newKey?: () => string;
}

type Present<T> = {
  readonly [K in keyof T as undefined extends T[K] ? (T[K] extends undefined ? never : K) : K]: T[K];
};
type PresentPart<R extends Route, K extends 'params' | 'query' | 'body'> = CallInput<R>[K];

/** What a call takes: the parts that the route declares, and how the request is made. */
export type CallOptions<R extends Route> = Present<{
  readonly params: PresentPart<R, 'params'>;
  readonly body: PresentPart<R, 'body'>;
}> & {
  readonly query?: PresentPart<R, 'query'>;
  /** Revision that a change expects. */
  readonly revision?: number;
  /** Repeating a POST with the same key has one effect. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** Bytes to send, for an operation that takes raw content. */
  readonly content?: NonNullable<RequestInit['body']>;
};

type Call<R extends Route> =
  Record<never, never> extends CallOptions<R>
    ? (options?: CallOptions<R>) => Promise<ResponseOf<R>>
    : (options: CallOptions<R>) => Promise<ResponseOf<R>>;

/** One function for each operation of the REST API, named as in `routes`. */
export type Client = { readonly [Name in OperationName]: Call<Routes[Name]> };

interface AnyOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly revision?: number;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  readonly content?: NonNullable<RequestInit['body']>;
}

/**
 * Makes a client of the REST API.
 *
 * @throws {ProblemError} from every call that the server refuses
 * @throws {ConnectionError} from every call that does not reach it
 */
export function createClient(options: ClientOptions): Client {
  const calls = Object.entries(routes).map(([name, route]) => [
    name,
    (callOptions: AnyOptions = {}) => call({ client: options, route, call: callOptions }),
  ]);
  // The entries are exactly the operations of the table, so the object has the mapped type by construction.
  return Object.fromEntries(calls) as Client;
}

/** The address of an operation, for what is not fetched but opened: an event stream, a download. */
export function urlOf(input: {
  readonly baseUrl: string;
  readonly route: Route;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
}): string {
  const path = input.route.path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(String(input.params?.[key] ?? '')),
  );
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(key, String(value));
  }
  const suffix = query.size === 0 ? '' : `?${query}`;
  return `${input.baseUrl.replace(/\/$/, '')}/api/v1${path}${suffix}`;
}

async function call(input: { readonly client: ClientOptions; readonly route: Route; readonly call: AnyOptions }) {
  const { client, route } = input;
  const url = urlOf({ baseUrl: client.baseUrl, route, params: input.call.params, query: input.call.query });
  const response = await send({ client, route, call: input.call, url });
  if (!response.ok) throw await problemOf(response, url);
  if (route.raw === 'response') return response;
  if (route.response === undefined) return undefined;
  // The server validated its answer against the same schema: parsing it again would only cost time.
  return (await response.json()) as unknown;
}

async function send(input: {
  readonly client: ClientOptions;
  readonly route: Route;
  readonly call: AnyOptions;
  readonly url: string;
}): Promise<Response> {
  const { client, route, call } = input;
  const init: RequestInit & { duplex?: 'half' } = {
    method: route.method,
    headers: headersOf(client, route, call),
    // What is said here, passwords among it, is for this server alone.
    redirect: 'manual',
  };
  if (call.signal !== undefined) init.signal = call.signal;
  if (call.content !== undefined) {
    init.body = call.content;
    init.duplex = 'half';
  } else if (route.body !== undefined) {
    init.body = JSON.stringify(call.body ?? {});
  }
  try {
    return await (client.fetch ?? fetch)(input.url, init);
  } catch (cause) {
    if (call.signal?.aborted === true) throw cause;
    throw new ConnectionError(`${client.baseUrl || 'the server'} does not answer: ${reasonOf(cause)}`, cause);
  }
}

function headersOf(client: ClientOptions, route: Route, call: AnyOptions): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.content !== undefined) headers['content-type'] = 'application/octet-stream';
  else if (route.body !== undefined) headers['content-type'] = 'application/json';
  if (client.token !== undefined) headers['authorization'] = `Bearer ${client.token}`;
  if (route.method === 'POST') {
    headers['idempotency-key'] = call.idempotencyKey ?? (client.newKey ?? randomKey)();
  }
  if (call.revision !== undefined) headers['if-match'] = `"${call.revision}"`;
  return headers;
}

/** Browsers make UUIDs only on pages that came safely; random numbers they have everywhere. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function problemOf(response: Response, url: string): Promise<Error> {
  const parsed = problem.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return new ProblemError(parsed.data);
  const { origin } = new URL(url, 'http://page');
  const leadsTo = response.headers.get('location') ?? '';
  if (response.status >= 300 && response.status < 400 && URL.canParse(leadsTo, origin))
    return new ConnectionError(
      `${origin} leads to ${new URL(leadsTo, origin).origin}, and nothing is said there: give that address if it is Almanac`,
    );
  return new ConnectionError(`${origin} answered ${response.status} and is not Almanac, or something stands before it`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
