import { problem, type Route, routes } from '@almanac/protocol';
import fc from 'fast-check';
import { z } from 'zod';
import type { Answered, ServerForTests } from '../server-for-tests.ts';
import { type DrawableSchema, drawValue } from './draw-value.ts';
import { hostile, spoil } from './spoil.ts';

export interface FuzzSummary {
  readonly requests: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Operations that nobody got a success from: the fuzzing knows too little to reach their inside. */
  readonly neverSucceeded: readonly string[];
  /** Answers that must not be, with the request that leads to them. */
  readonly wrong: readonly string[];
}

/** These answer without an end, or take the ground away from under all others. */
const leftOut = new Set([
  'streamEvents',
  'deactivatePrincipal',
  'updatePrincipal',
  'deleteApiToken',
  'revokeApiTokenOf',
]);

/** What the API may answer: a success, a refusal of the caller, or "too much at once". */
const allowed = (status: number) =>
  (status >= 200 && status < 300) || (status >= 400 && status < 500) || status === 503;

const mostWrong = 20;

/**
 * Sends requests that are drawn from the route table: as it describes them, with one place spoilt, or hostile throughout, with
 * keys and names that earlier answers gave. Every answer must be one that the route describes.
 */
export async function fuzzApi(
  tests: ServerForTests,
  given: { readonly requests: number; readonly seed: number; readonly known: readonly string[] },
): Promise<FuzzSummary> {
  const operations = Object.entries<Route>(routes).filter(([name]) => !leftOut.has(name));
  const known = new Set(given.known);
  const statuses: Record<string, number> = {};
  const succeeded = new Set<string>();
  const wrong: string[] = [];
  for (const { name, route, request } of drawAll(operations, given, known)) {
    if (wrong.length >= mostWrong) break;
    const answer = await tests.send(`${route.method} ${request.path}`, {
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(route.permission === 'builder' ? { as: tests.builder } : {}),
      headers: request.headers,
    });
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (answer.status < 300) succeeded.add(name);
    const fault = faultOf(route, answer);
    if (fault !== undefined)
      wrong.push(
        `${name}: ${fault}: ${route.method} ${request.path} ${String(JSON.stringify(request.body)).slice(0, 400)}`,
      );
    for (const text of textsOf(answer.body)) {
      known.delete(text);
      known.add(text);
    }
  }
  return {
    requests: Object.values(statuses).reduce((sum, each) => sum + each, 0),
    statuses,
    neverSucceeded: operations.map(([name]) => name).filter((name) => !succeeded.has(name)),
    wrong,
  };
}

/** So many requests of an operation are drawn together: what is known changes slowly. */
const together = 8;

/** Round by round through the operations. */
function* drawAll(
  operations: readonly (readonly [string, Route])[],
  given: { readonly requests: number; readonly seed: number },
  known: ReadonlySet<string>,
) {
  let drawn = 0;
  for (let round = 0; ; round += 1)
    for (const [at, [name, route]] of operations.entries()) {
      const requests = fc.sample(drawRequest(route, [...known].slice(-200)), {
        numRuns: together,
        seed: given.seed + round * operations.length + at,
      });
      for (const request of requests) {
        if (drawn === given.requests) return;
        drawn += 1;
        yield { name, route, request };
      }
    }
}

interface DrawnRequest {
  readonly path: `/${string}`;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

function drawRequest(route: Route, known: readonly string[]): fc.Arbitrary<DrawnRequest> {
  const part = (schema: z.ZodType | undefined) =>
    schema === undefined
      ? fc.constant(undefined)
      : fc.oneof(
          ...[3, 1].map((weight, at) => ({
            weight,
            arbitrary: at === 0 ? drawValue(schemaOf(schema), known) : drawValue(schemaOf(schema), known).chain(spoil),
          })),
        );
  return fc
    .record({
      params: part(route.params),
      query: part(route.query),
      body: fc.oneof(
        { weight: 12, arbitrary: part(route.body) },
        { weight: 1, arbitrary: fc.constantFrom(...hostile, 'no json at all', '{"a":', '[[[[', '\u0000') },
      ),
      revision: fc.constantFrom('"1"', '"2"', '"3"', 'W/"1"', '*', '"-1"', 'garbage'),
      type: fc.oneof(
        {
          weight: 20,
          arbitrary: fc.constant(route.raw === 'request' ? 'application/octet-stream' : 'application/json'),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=utf-16', 'x'),
        },
      ),
    })
    .map(({ params, query, body, revision, type }) => ({
      path: `${pathOf(route, params)}${queryOf(query)}` as const,
      body:
        route.method === 'GET' || route.body === undefined
          ? route.raw === 'request'
            ? 'some bytes'
            : undefined
          : bytesOf('wait' in (schemaOf(route.body).properties ?? {}) ? impatient(body) : body),
      headers: {
        ...(route.ifMatch === true ? { 'if-match': revision } : {}),
        ...(route.method === 'GET' || (route.body === undefined && route.raw !== 'request')
          ? {}
          : { 'content-type': type }),
      },
    }));
}

/** Schemas by their zod type: they are made once. */
const schemas = new WeakMap<z.ZodType, DrawableSchema>();

function schemaOf(type: z.ZodType): DrawableSchema {
  const made =
    schemas.get(type) ??
    (z.toJSONSchema(type, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as DrawableSchema);
  schemas.set(type, made);
  return made;
}

function bytesOf(body: unknown): string {
  return typeof body === 'string' && /^[[{n]/.test(body) ? body : (JSON.stringify(body) ?? 'null');
}

function pathOf(route: Route, params: unknown): `/${string}` {
  const values = (params ?? {}) as Readonly<Record<string, unknown>>;
  return route.path.replace(/:(\w+)/g, (_whole, key: string) => encode(values[key])) as `/${string}`;
}

function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : String(JSON.stringify(value) ?? '');
  return encodeURIComponent(text.toWellFormed().slice(0, 300)) || '%20';
}

/** Whoever may wait for news waits for none: they do not come. */
function impatient(body: unknown): unknown {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, wait: 0 } : body;
}

/** Nobody waits here for news that do not come. */
function queryOf(query: unknown): string {
  const pairs = Object.entries((query ?? {}) as object).filter(([key]) => key !== 'wait');
  const text = pairs
    .map(([key, value]) => `${encodeURIComponent(key)}=${encode(value)}`)
    .join('&')
    .slice(0, 4000);
  return text === '' ? '' : `?${text}`;
}

function faultOf(route: Route, answer: Answered): string | undefined {
  const { status, body } = answer;
  if (!allowed(status)) return `status ${status}`;
  if (status >= 400) {
    // What is no path or no request of ours is refused before there is a route.
    const parsed = problem.safeParse(body);
    return parsed.success && parsed.data.status === status ? undefined : `status ${status} without a problem document`;
  }
  if (route.response === undefined || route.raw === 'response') return undefined;
  const parsed = route.response.safeParse(body);
  return parsed.success
    ? undefined
    : `an answer that is not as described (${z.prettifyError(parsed.error).slice(0, 300)})`;
}

/** Keys, names and numbers in an answer: what later requests can be about. */
function textsOf(body: unknown, depth = 0): readonly string[] {
  if (typeof body !== 'object' || body === null || depth > 5) return [];
  return Object.entries(body).flatMap(([key, value]) => {
    if (
      /^(id|name|number|label|next|commit|digest|token)$/.test(key) &&
      (typeof value === 'string' || typeof value === 'number')
    )
      return [String(value)];
    return textsOf(value, depth + 1);
  });
}
