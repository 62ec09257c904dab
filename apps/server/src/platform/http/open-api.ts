import { type Route, routes } from '@almanac/protocol';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the API, made from the route table; schemas with an id become components. */
export function describeApi(version: string): Json {
  const registry = new Map<string, Json>();
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = `/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf({ name, route, registry }) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Almanac',
      version,
      description: 'Application lifecycle management: from a commit to production and round again.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(registry),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'almanac-session' },
      },
    },
  };
}

function operationOf(input: {
  readonly name: string;
  readonly route: Route;
  readonly registry: Map<string, Json>;
}): Json {
  const { name, route, registry } = input;
  const status = String(route.status ?? (route.response === undefined && route.raw !== 'response' ? 204 : 200));
  const binary = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  const success =
    route.raw === 'response'
      ? binary
      : route.response === undefined
        ? undefined
        : { 'application/json': { schema: schemaOf(route.response, 'output', registry) } };
  const body =
    route.raw === 'request'
      ? binary
      : route.body === undefined
        ? undefined
        : { 'application/json': { schema: schemaOf(route.body, 'input', registry) } };
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[1] ?? ''],
    ...(route.permission === 'public' ? { security: [] } : {}),
    'x-permission': route.permission,
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...headerParameters(route),
    ],
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: {
      [status]: { description: 'done', ...(success === undefined ? {} : { content: success }) },
      default: {
        description: 'a problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { type: 'object' } } },
      },
    },
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query'): readonly Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, value]) => {
    // Every member of a zod object's shape is a zod schema; its declared type is wider.
    const member = value as z.ZodType;
    return {
      name,
      in: place,
      required: place === 'path' || !member.safeParse(undefined).success,
      schema: plain(z.toJSONSchema(member, { io: 'input', unrepresentable: 'any' })),
    };
  });
}

function headerParameters(route: Route): readonly Json[] {
  const headers: Json[] = [];
  if (route.method === 'POST')
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', minLength: 8, maxLength: 200 },
    });
  if (route.ifMatch === true)
    headers.push({ name: 'If-Match', in: 'header', required: true, schema: { type: 'string' } });
  return headers;
}

/** A JSON Schema in which definitions were moved to the components of the document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', registry: Map<string, Json>): Json {
  const suffix = io === 'input' ? 'Input' : '';
  const { $defs, ...rest } = plain(z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }));
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === '$ref' && typeof inner === 'string'
          ? `${inner.replace('#/$defs/', '#/components/schemas/')}${suffix}`
          : move(inner),
      ]),
    );
  };
  for (const [name, definition] of Object.entries($defs ?? {})) {
    // `move` keeps the shape of what it is given.
    registry.set(name + suffix, move(plain(definition)) as Json);
  }
  return move(rest) as Json;
}

function plain(schema: unknown): Json {
  // JSON Schema documents are plain objects; the dialect stands in the OpenAPI version.
  const { $schema: _, ...rest } = schema as Json;
  return rest;
}
