import type { At, Route, RouteObject } from '@almanac/protocol';
import fc from 'fast-check';
import { z } from 'zod';
import { type DrawableSchema, drawValue } from '../fuzz/draw-value.ts';
import type { Named } from './estate-for-matrix.ts';

/** A request that a route takes, and which of the places that it declares are filled in. */
export interface MatrixRequest {
  readonly path: `/${string}`;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly filled: ReadonlySet<At>;
}

/** Places of which a request has one at a time. */
const alternatives: ReadonlySet<At> = new Set<At>([
  'body.differences.from',
  'body.release',
  'body.content.from',
  'body.content.versions',
]);

/** Every shape in which a route can be asked about the objects of a variant: filters of lists are left out, and all given. */
export function requestsOf(route: Route, named: Named): readonly MatrixRequest[] {
  const places = placesOf(route);
  const filters = places.filter(
    ([at]) => at.startsWith('query.') && !isRequired(route.query, at.slice('query.'.length)),
  );
  const others = places.filter(([at]) => alternatives.has(at));
  const always = places.filter((place) => !filters.includes(place) && !others.includes(place));
  const content = others.some(([at]) => at.startsWith('body.content.'));
  const shapes = [
    ...(content ? [] : [always]),
    ...others.map((each) => [...always, each]),
    ...(filters.length === 0 ? [] : [[...always, ...filters]]),
  ];
  return shapes.map((shape) => requestOf(route, { named, shape }));
}

function isRequired(schema: z.ZodType | undefined, key: string): boolean {
  return schema !== undefined && key in (requiredOf(schema) as object);
}

type Place = readonly [at: At, noun: string];

/** Where a route's objects stand, with the noun of what stands there. */
function placesOf(route: Route): readonly Place[] {
  const found = (route.of ?? []).flatMap((object: RouteObject) =>
    Object.entries(object).flatMap(([noun, at]): readonly Place[] =>
      /^(params|query|body)\./.test(at) ? [[at as At, noun === 'elsewhere' ? 'environment' : noun]] : [],
    ),
  );
  return [...new Map(found).entries()];
}

function requestOf(
  route: Route,
  { named, shape }: { readonly named: Named; readonly shape: readonly Place[] },
): MatrixRequest {
  const parts: Record<string, unknown> = {
    params: paramsOf(route, named),
    query: requiredOf(route.query),
    body: written[route.path] ?? requiredOf(route.body),
  };
  for (const [at, noun] of shape)
    set(parts, at.split('.'), meantBy(at === 'body.applications' ? 'names' : noun, named));
  const params = parts['params'] as Readonly<Record<string, string>>;
  const path = route.path.replaceAll(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? 'nothing'));
  const query = new URLSearchParams(parts['query'] as Record<string, string>).toString();
  return {
    path: `${path as `/${string}`}${query === '' ? '' : `?${query}`}`,
    body: route.raw === 'request' ? 'bytes' : route.body === undefined ? undefined : parts['body'],
    headers: {
      ...(route.ifMatch === true ? { 'if-match': '"1"' } : {}),
      ...(route.raw === 'request' ? { 'content-type': 'application/octet-stream' } : {}),
    },
    filled: new Set([...shape.map(([at]) => at), ...places(route.path)]),
  };
}

/** Names and keys that mean something here, and anything that its schema takes for the rest. */
function paramsOf(route: Route, named: Named): Record<string, unknown> {
  const drawn = requiredOf(route.params) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    [...route.path.matchAll(/:(\w+)/g)].map(([, key = '']) => [key, named[key] ?? usual[key] ?? drawn[key]]),
  );
}

const places = (path: string): readonly At[] => [...path.matchAll(/:(\w+)/g)].map(([, key]) => `params.${key}` as At);

/** What stands in an address and is no object of the matrix. */
const usual: Readonly<Record<string, string>> = {
  digest: `sha256:${'0'.repeat(64)}`,
  transfer: `sha256:${'0'.repeat(64)}`,
  key: 'CURRENCY',
  module: 'web',
  ring: 'all',
};

/** Bodies that are not drawn easily. */
const written: Readonly<Record<string, unknown>> = {
  '/me/proofs': { kind: 'password', password: 'correct horse battery' },
  '/me/totp/confirm': { code: '123456' },
  '/identity-providers': {
    name: 'acme',
    displayName: 'Acme',
    configuration: { kind: 'oidc', issuer: 'https://id.example.com', clientId: 'almanac' },
  },
};

function meantBy(noun: string, named: Named): unknown {
  if (noun === 'operations') return [{ kind: 'deploy', application: named['application'], source: { kind: 'latest' } }];
  if (noun === 'applications') return [{ application: named['application'], number: '1.0.0' }];
  return noun === 'names' ? [named['application']] : named[noun];
}

/** By schema: drawing takes its time, and the matrix asks thousands of times. */
const drawnOf = new WeakMap<z.ZodType, unknown>();

/** What a schema cannot do without: one valid value, always the same. */
function requiredOf(schema: z.ZodType | undefined): unknown {
  if (schema === undefined) return {};
  if (drawnOf.has(schema)) return drawnOf.get(schema);
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as DrawableSchema;
  const drawn = fc.sample(drawValue(withoutOptions(json), ['shopfront', '1.0.0']), { numRuns: 60, seed: 7 });
  const chosen = drawn.find((each) => schema.safeParse(each).success) ?? drawn[0] ?? {};
  drawnOf.set(schema, chosen);
  return chosen;
}

function withoutOptions(schema: DrawableSchema): DrawableSchema {
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => required.has(key));
  return schema.properties === undefined ? schema : { ...schema, properties: Object.fromEntries(properties) };
}

function set(target: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const one = rest.length === 1 && (key === 'content' || key === 'differences');
  const next: Record<string, unknown> = typeof inner === 'object' && inner !== null && !one ? { ...inner } : {};
  set(next, rest, value);
  target[key] = next;
}
