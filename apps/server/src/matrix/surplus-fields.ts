import { type Route, routes } from '@almanac/protocol';
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import type { DrawableSchema } from '../fuzz/draw-value.ts';
import type { MatrixEstate } from './estate-for-matrix.ts';
import type { ProbedServer } from './permission-matrix.ts';
import { type MatrixRequest, requestsOf } from './requests-for-matrix.ts';

/** What stands in every object of JavaScript, and would change what code sees if it were taken from a request. */
export const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'] as const;

/** Names of bodies that are no JSON, or are not plainly said to be JSON. */
export const otherMediaTypes: readonly string[] = [
  ...['text/plain', 'text/html', 'text/json', 'text/x-json', 'text/yaml', 'text/csv', 'text/javascript', 'text/xml'],
  ...['application/xml', 'application/yaml', 'application/javascript', 'application/x-json', 'application/jsonp'],
  ...[
    'application/json5',
    'application/jsonlines',
    'application/x-ndjson',
    'application/ld+json',
    'application/hal+json',
  ],
  ...[
    'application/vnd.api+json',
    'application/problem+json',
    'application/merge-patch+json',
    'application/json-patch+json',
  ],
  ...['application/scim+json', 'application/csp-report', 'application/reports+json', 'application/graphql'],
  ...['application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=x', 'multipart/mixed'],
  ...[
    'application/cbor',
    'application/msgpack',
    'application/grpc',
    'application/zip',
    'application/gzip',
    'image/svg+xml',
  ],
  ...['application', 'application/', '/json', 'json', '*/*', 'application/*', 'application /json', 'application/ json'],
  ...['application/json, text/plain', 'text/plain, application/json', 'application/json;', 'application/json;;'],
  ...['application/json; charset=utf-16', 'application/json; charset=utf-7', 'application/json; charset=latin1'],
  ...['application/json; charset="utf-8', 'application/json; charset=utf-8; charset=utf-16', 'application/json;x=y'],
  ...['application/json; boundary=x', 'application/json\t; charset=utf-8', 'application/json+xml', 'application/jsoni'],
  ...[
    'application/json%20',
    'application/json#',
    'application/json?',
    'application/json/',
    'application/json\\',
    'null',
  ],
];

/** Operations that other programs call, which may know more fields than this server: what nobody declared is left out there. */
const ofMachines = (operation: string, route: Route) => route.permission === 'builder' || operation === 'enrolAgent';

export interface Tried {
  readonly what: string;
  readonly status: number;
  /** Whether it was refused because of what was tried, or the handler got it without that. */
  readonly isHarmless: boolean;
}

interface Target {
  readonly operation: string;
  readonly route: Route;
  readonly request: MatrixRequest;
  readonly headers: Readonly<Record<string, string>>;
}

/** Every operation that takes a document, with one that it would take, by somebody who may. */
function targets(estate: MatrixEstate): readonly Target[] {
  return Object.entries<Route>(routes).flatMap(([operation, route]) => {
    if (route.body === undefined) return [];
    const [request] = requestsOf(route, estate.named.own);
    if (request === undefined) throw new Error(`there is no request for ${operation}`);
    return [{ operation, route, request, headers: estate.credentials[whoMay(route)] ?? {} }];
  });
}

/** Somebody who may use a route. */
export function whoMay({ permission }: Route): string {
  if (permission === 'builder') return 'a builder';
  return permission === 'agent' ? 'an agent' : 'an administrator';
}

/** Adds each name to a document of every operation. Every so many of them, beginning with `from`, are sent. */
export async function* addFields(
  server: ProbedServer,
  { names, every, from }: { readonly names: readonly string[]; readonly every: number; readonly from: number },
): AsyncGenerator<Tried> {
  let at = from;
  for (const target of targets(server.estate)) {
    const own = new Set([...fieldsOf(target.route), ...Object.keys(target.request.body as object)]);
    for (const name of [...inherited, ...names]) {
      if (own.has(name)) continue;
      at += 1;
      if (at % every !== 0) continue;
      const text = JSON.stringify(target.request.body);
      const added = `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:true}`;
      yield await tryOne(server, target, { at, what: name, payload: added, type: 'application/json' });
    }
  }
}

/** Sends what every operation would take under another name of its kind. */
export async function* misname(
  server: ProbedServer,
  { every, from }: { readonly every: number; readonly from: number },
): AsyncGenerator<Tried> {
  let at = from;
  for (const target of targets(server.estate))
    for (const type of otherMediaTypes) {
      at += 1;
      if (at % every !== 0) continue;
      yield await tryOne(server, target, { at, what: type, payload: JSON.stringify(target.request.body), type });
    }
}

async function tryOne(
  { tests, called, received }: ProbedServer,
  { operation, route, request, headers }: Target,
  given: { readonly at: number; readonly what: string; readonly payload: string; readonly type: string },
): Promise<Tried> {
  const before = called.length;
  const { statusCode: status, body } = await tests.server.http.inject({
    method: route.method as NonNullable<InjectOptions['method']>,
    url: `/api/v1${request.path}`,
    // Guesses are limited by the address, which is tested elsewhere.
    remoteAddress: `198.${18 + (given.at % 2)}.${(given.at >> 9) % 256}.${(given.at >> 1) % 256}`,
    headers: { host: '127.0.0.1', ...request.headers, ...headers, 'content-type': given.type },
    payload: given.payload,
  });
  const reached = called.length > before;
  const isRefused = !reached && (status === 415 || (status === 422 && saysWhy(body, given.what)));
  const isLeftOut = ofMachines(operation, route) && reached && !Object.hasOwn(received() as object, given.what);
  return {
    what: `${operation} with ${given.what}: ${status} ${body.slice(0, 200)}`,
    status,
    isHarmless: isRefused || isLeftOut,
  };
}

/** A refusal for another reason would prove nothing. */
function saysWhy(body: string, name: string): boolean {
  return body.includes(`Unrecognized key: \\"${name}\\"`) || body.includes(`${name} is no key`);
}

/** The fields that a body of a route may have itself. */
function fieldsOf({ body }: Route): ReadonlySet<string> {
  const schema =
    body === undefined ? {} : z.toJSONSchema(body, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const inside = (each: DrawableSchema): readonly string[] => [
    ...Object.keys(each.properties ?? {}),
    ...[...(each.anyOf ?? []), ...(each.oneOf ?? [])].flatMap(inside),
  ];
  return new Set(inside(schema as DrawableSchema));
}

/** The name of every column of every table, as the database spells it and as code does. */
export async function columnsOf({ tests }: ProbedServer): Promise<readonly string[]> {
  const session = await tests.connect();
  const { rows } = await session.query<{ name: string }>(
    `select distinct column_name as name from information_schema.columns where table_schema = 'public' order by 1`,
  );
  const camel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [...new Set(rows.flatMap(({ name }) => [name, camel(name)]))];
}
