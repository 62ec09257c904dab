import { type Route, routes } from '@almanac/protocol';
import type { InjectOptions } from 'fastify';
import type { ProbedServer } from './permission-matrix.ts';
import { requestsOf } from './requests-for-matrix.ts';

interface Shape {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
type Mutation = (shape: Shape) => Shape;

const path =
  (change: (url: string) => string): Mutation =>
  (shape) => ({ ...shape, url: change(shape.url) });
const method =
  (name: string): Mutation =>
  (shape) => ({ ...shape, method: name });
const header =
  (name: string, value: string): Mutation =>
  (shape) => ({ ...shape, headers: { ...shape.headers, [name]: value } });
/** As from a page of our own: otherwise it is refused before anybody looks at the cookie. */
function cookie(value: string): Mutation {
  return (shape) => header('sec-fetch-site', 'same-origin')(header('cookie', value)(shape));
}
const last = (url: string) => url.lastIndexOf('/');

/** Other ways to write a request that servers have taken for harmless, or for their own. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'as it is': (shape) => shape,
  'an encoded slash': path((url) => `${url.slice(0, last(url))}%2f${url.slice(last(url) + 1)}`),
  'an encoded slash in capitals': path((url) => `${url.slice(0, last(url))}%2F${url.slice(last(url) + 1)}`),
  'an encoded backslash': path((url) => `${url.slice(0, last(url))}%5c${url.slice(last(url) + 1)}`),
  'a slash encoded twice': path((url) => `${url.slice(0, last(url))}%252f${url.slice(last(url) + 1)}`),
  'dot segments after an open path': path((url) => `/api/v1/setup/..${url.slice('/api/v1'.length)}`),
  'encoded dot segments': path((url) => `/api/v1/setup/%2e%2e${url.slice('/api/v1'.length)}`),
  'dot segments at the end': path((url) => `${url}/..`),
  'a single dot segment': path((url) => url.replace('/api/v1/', '/api/v1/./')),
  'a path parameter': path((url) => `${url};jsp`),
  'a path parameter in the middle': path((url) => url.replace('/api/v1/', '/api/v1;x=1/')),
  'a suffix of a page': path((url) => `${url};.jsp`),
  'a double slash': path((url) => url.replace('/api/v1/', '/api/v1//')),
  'a double slash at the start': path((url) => `/${url}`),
  capitals: path((url) => url.replace('/api/v1', '/API/V1')),
  'a trailing slash': path((url) => `${url}/`),
  'a trailing dot': path((url) => `${url}.`),
  'a trailing space': path((url) => `${url}%20`),
  'a NUL': path((url) => `${url}%00`),
  'a tab': path((url) => `${url}%09`),
  'a line break': path((url) => `${url}%0d%0a`),
  'a fragment': path((url) => `${url}%23`),
  'an encoded question mark': path((url) => `${url}%3fa=1`),
  'a view parameter': path((url) => `${url}${url.includes('?') ? '&' : '?'}jsp=/api/v1/setup`),
  'a token in the query': path((url) => `${url}${url.includes('?') ? '&' : '?'}access_token=alm_x&token=alm_x`),
  'an extension': path((url) => `${url}.json`),
  'an absolute address': path((url) => `http://127.0.0.1${url}`),
  'full-width letters': path((url) => url.replace('/api/', '/%EF%BD%81pi/')),
  'overlong UTF-8': path((url) => url.replace('/api/', '/%c0%afapi/')),
  HEAD: method('HEAD'),
  OPTIONS: method('OPTIONS'),
  PATCH: method('PATCH'),
  PUT: method('PUT'),
  POST: method('POST'),
  DELETE: method('DELETE'),
  GET: method('GET'),
  'method override': header('x-http-method-override', 'GET'),
  'method override of another kind': header('x-method-override', 'POST'),
  'another original path': header('x-original-url', '/api/v1/setup'),
  'another rewritten path': header('x-rewrite-url', '/api/v1/setup'),
  'a forwarded path': header('x-forwarded-path', '/healthz'),
  'a forwarded address': header('x-forwarded-for', '127.0.0.1'),
  'a forwarded header': header('forwarded', 'for=127.0.0.1;host=127.0.0.1;proto=https'),
  'a real address': header('x-real-ip', '127.0.0.1'),
  'a client address': header('true-client-ip', '127.0.0.1'),
  'a header of a framework': header('x-middleware-subrequest', 'middleware:middleware:middleware'),
  'a user of a proxy': header('x-remote-user', 'administrator'),
  'a user of another proxy': header('x-forwarded-user', 'launcher'),
  'an internal request': header('x-internal-request', 'true'),
  'an empty token': header('authorization', 'Bearer '),
  'a basic credential': header('authorization', 'Basic YWRtaW46YWRtaW4='),
  'an empty cookie': cookie('almanac-session='),
  'a cookie with a prefix': cookie('__Host-almanac-session=x; almanac-session=x'),
};

/** Who has no business at any route that is not public. */
export const strangers = ['without a credential', 'a garbage token', 'an expired token', 'a revoked token'] as const;

/** What a stranger may be answered: that they are not known, that there is no such thing, or that they asked too often. */
export const refusals: ReadonlySet<number> = new Set([400, 401, 404, 405, 415, 429]);

/** Knocks at every route that is not public. Every so many knocks, beginning with `from`, are made. */
export async function* knock(
  { tests, estate }: ProbedServer,
  { every, from }: { readonly every: number; readonly from: number },
): AsyncGenerator<{ readonly what: string; readonly status: number }> {
  let at = from;
  for (const [operation, route] of Object.entries<Route>(routes)) {
    if (route.permission === 'public') continue;
    const [request] = requestsOf(route, estate.named.own);
    if (request === undefined) throw new Error(`there is no request for ${operation}`);
    for (const stranger of strangers)
      for (const [name, mutate] of Object.entries(mutations)) {
        at += 1;
        if (at % every !== 0) continue;
        const credential = estate.credentials[stranger] ?? {};
        const headers = { host: '127.0.0.1', ...request.headers, ...credential };
        const shape = mutate({ method: route.method, url: `/api/v1${request.path}`, headers });
        // What another method reaches without a credential is a route of its own: those that are public stay so.
        if (isPublic(shape)) continue;
        const answer = await tests.server.http.inject({
          ...shape,
          method: shape.method as NonNullable<InjectOptions['method']>,
          ...(request.body === undefined ? {} : { payload: request.body as NonNullable<InjectOptions['payload']> }),
        });
        yield { what: `${operation}, ${stranger}, ${name}: ${shape.method} ${shape.url}`, status: answer.statusCode };
      }
  }
}

function isPublic({ method, url }: Shape): boolean {
  return Object.values<Route>(routes).some(
    (route) => route.permission === 'public' && route.method === method && url === `/api/v1${route.path}`,
  );
}
