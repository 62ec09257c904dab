import { type Route, routes } from '@almanac/protocol';
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import { type DrawableSchema, drawValue } from '../fuzz/draw-value.ts';
import type { ProbedServer } from './permission-matrix.ts';
import { type MatrixRequest, requestsOf } from './requests-for-matrix.ts';
import { whoMay } from './surplus-fields.ts';

/** Values of every type of JSON, and what some databases and libraries take for more than a value. */
const values: readonly unknown[] = [
  ...[null, true, 7, 0.5, 'text', '', [], {}],
  ...[
    ['text'],
    ['text', 'text'],
    [null],
    [[]],
    { $gt: '' },
    { $ne: null },
    { toString: 'text' },
    { length: 1 },
    { 0: 'text' },
  ],
];

/** Each person may ask for it a few times in a minute; its filter is that of `listAudit`. */
const limited: ReadonlySet<string> = new Set(['exportAudit']);

interface Confusion {
  readonly what: string;
  readonly isRefused: boolean;
}

interface Place {
  readonly path: readonly (string | number)[];
  /** The types that may stand there. */
  readonly types: ReadonlySet<string>;
}

/**
 * Sends each operation what it takes, with one field or parameter of another type than it declares, or a parameter twice.
 * Every so many of them are sent.
 *
 * @returns How many were sent, and those that were not refused for what they are
 */
export async function confuseTypes(
  server: ProbedServer,
  { every }: { readonly every: number },
): Promise<{ readonly tried: number; readonly taken: readonly string[] }> {
  const taken: string[] = [];
  let tried = 0;
  for await (const { what, isRefused } of confusions(server, every)) {
    tried += 1;
    if (!isRefused) taken.push(what);
  }
  return { tried, taken };
}

async function* confusions(server: ProbedServer, every: number): AsyncGenerator<Confusion> {
  let at = 0;
  for (const [operation, route] of Object.entries<Route>(routes)) {
    if (limited.has(operation)) continue;
    const [request] = requestsOf(route, server.estate.named.own);
    if (request === undefined) throw new Error(`there is no request for ${operation}`);
    for (const { what, ...confused } of [...confusedBodies(route, request), ...confusedQueries(route, request)]) {
      at += 1;
      if (at % every !== 0) continue;
      yield send(server, { operation, route, request: { ...request, ...confused }, what, at });
    }
  }
}

interface Confused {
  readonly what: string;
  readonly body?: unknown;
  readonly path?: MatrixRequest['path'];
}

function confusedBodies(route: Route, { body }: MatrixRequest): readonly Confused[] {
  if (route.body === undefined) return [];
  const schema = jsonOf(route.body);
  return [body, richest(route.body, schema)].flatMap((whole) =>
    placesIn(whole, schema).flatMap(({ path, types }) =>
      values
        .filter((value) => !types.has(typeOf(value)))
        .map((value) => ({ what: `${path.join('.')} = ${JSON.stringify(value)}`, body: replaced(whole, path, value) })),
    ),
  );
}

function confusedQueries(route: Route, { path }: MatrixRequest): readonly Confused[] {
  if (route.query === undefined) return [];
  const sample = richest(route.query, jsonOf(route.query)) as Readonly<Record<string, unknown>>;
  const join = path.includes('?') ? '&' : '?';
  return Object.entries(sample).flatMap(([key, value]) => {
    const given = `${key}=${encodeURIComponent(String(value))}`;
    return [`${given}&${given}`, given.replace('=', '[]='), `${key}[a]=1`, `${key}.a=1`].map((text) => ({
      what: text,
      path: `${path}${join}${text}` as const,
    }));
  });
}

function jsonOf(schema: z.ZodType): DrawableSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as DrawableSchema;
}

/** Of some values that a schema takes, the one with the most in it. */
function richest(schema: z.ZodType, json: DrawableSchema): unknown {
  const drawn = fc.sample(drawValue(json, ['shopfront', '1.0.0']), { numRuns: 40, seed: 11 });
  const taken = drawn.filter((each) => schema.safeParse(each).success);
  return taken.toSorted((one, other) => JSON.stringify(other).length - JSON.stringify(one).length)[0] ?? {};
}

/** Every place of a document that is declared, itself included where it is no document. */
function placesIn(value: unknown, schema: DrawableSchema, path: Place['path'] = []): readonly Place[] {
  const own: readonly Place[] = path.length === 0 ? [] : [{ path, types: new Set(typesOf(schema)) }];
  if (Array.isArray(value)) {
    const [first] = value as readonly unknown[];
    return first === undefined ? own : [...own, ...placesIn(first, below(schema, 0), [...path, 0])];
  }
  if (typeof value !== 'object' || value === null) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, below(schema, key), [...path, key])),
  ];
}

const branchesOf = (schema: DrawableSchema): readonly DrawableSchema[] =>
  [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap(branchesOf).concat(schema);

/** What may stand below a place; of a union, what may stand there in any of its branches. */
function below(schema: DrawableSchema, key: string | number): DrawableSchema {
  const found = branchesOf(schema).flatMap((each) => {
    if (typeof key === 'number') return each.items ?? [];
    const { additionalProperties: more } = each;
    return each.properties?.[key] ?? (typeof more === 'object' ? more : []);
  });
  return { anyOf: found };
}

const everyType = ['null', 'boolean', 'number', 'string', 'array', 'object'];

function typesOf(schema: DrawableSchema): readonly string[] {
  return branchesOf(schema).flatMap((each) => {
    if (each.const !== undefined) return typeOf(each.const);
    if (each.enum !== undefined) return each.enum.map(typeOf);
    if (each.type !== undefined) return [each.type].flat().map((type) => (type === 'integer' ? 'number' : type));
    const isUnion = [each.anyOf, each.oneOf, each.allOf].some((some) => (some ?? []).length > 0);
    return isUnion ? [] : everyType;
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function replaced(whole: unknown, [key, ...rest]: Place['path'], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(whole)) return whole.with(Number(key), replaced(whole[Number(key)], rest, by));
  const record = whole as Readonly<Record<string, unknown>>;
  return { ...record, [key]: replaced(record[key], rest, by) };
}

async function send(
  { tests, called, estate }: ProbedServer,
  given: {
    readonly operation: string;
    readonly route: Route;
    readonly request: MatrixRequest;
    readonly what: string;
    readonly at: number;
  },
): Promise<Confusion> {
  const { operation, route, request, at } = given;
  const before = called.length;
  const { statusCode: status, body } = await tests.server.http.inject({
    method: route.method as NonNullable<InjectOptions['method']>,
    url: `/api/v1${request.path}`,
    // Guesses are limited by the address, which is tested elsewhere.
    remoteAddress: `198.${18 + (at % 2)}.${(at >> 9) % 256}.${(at >> 1) % 256}`,
    headers: { host: '127.0.0.1', ...request.headers, ...estate.credentials[whoMay(route)] },
    ...(route.body === undefined ? {} : { payload: request.body as NonNullable<InjectOptions['payload']> }),
  });
  return {
    what: `${operation}: ${given.what}: ${status} ${body.slice(0, 200)}`,
    // A refusal for another reason would prove nothing.
    isRefused: called.length === before && status === 422,
  };
}
