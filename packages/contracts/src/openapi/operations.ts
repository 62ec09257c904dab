import type { Body, Header, Json, MediaContent, Operation, Parameter, Response, SchemaRef } from '@almanac/domain';
import { canonical } from '../canonical.ts';
import type { Member } from '../schemas/members.ts';
import type { JsonObject, Located, Sources } from '../syntax/sources.ts';
import { readSecurity } from './security.ts';

export interface OperationReader {
  /** The entries of a map below an object, in any order. */
  readonly entriesOf: (at: Located<JsonObject>, key: string) => readonly (readonly [string, Located<JsonObject>])[];
  /** What a `$ref` leads to, else the object itself. */
  readonly follow: (at: Located<JsonObject>) => Located<JsonObject>;
  readonly read: (input: {
    readonly item: Located<JsonObject>;
    readonly method: string;
    readonly path: string;
  }) => Operation;
}

interface Context extends Pick<OperationReader, 'entriesOf' | 'follow'> {
  readonly sources: Sources;
  readonly root: Located<JsonObject>;
  readonly add: (member: Member) => SchemaRef;
}

/** Callbacks of callbacks and so on: nobody means more than this. */
const deepestCallback = 5;

/** Reads operations of OpenAPI into what matters to who asks and who answers. */
export function createOperationReader(input: Pick<Context, 'sources' | 'root' | 'add'>): OperationReader {
  const { sources } = input;
  const follow = (at: Located<JsonObject>): Located<JsonObject> => {
    let found: Located = at;
    for (let steps = 0; steps < 50; steps += 1) {
      const { value } = found;
      if (!isObject(value)) throw sources.fault(at, 'an object stands here');
      if (typeof value['$ref'] !== 'string') return { value, file: found.file };
      found = sources.resolve(found, value['$ref']);
    }
    throw sources.fault(at, 'it refers to nothing but itself');
  };
  const entriesOf = (at: Located<JsonObject>, key: string): readonly (readonly [string, Located<JsonObject>])[] => {
    const map = at.value[key];
    if (map === undefined || map === null) return [];
    if (!isObject(map)) throw sources.fault(at, `${key} is a map`);
    return Object.entries(map)
      .filter(([name]) => !name.startsWith('x-'))
      .map(([name, value]) => {
        if (!isObject(value)) throw sources.fault({ value: map, file: at.file }, `${name} is an object`);
        return [name, { value, file: at.file }] as const;
      });
  };
  const context: Context = { ...input, follow, entriesOf };
  return { entriesOf, follow, read: (from) => readOperation(context, { ...from, depth: 0 }) };
}

function readOperation(
  context: Context,
  input: { readonly item: Located<JsonObject>; readonly method: string; readonly path: string; readonly depth: number },
): Operation {
  const { item } = input;
  const value = item.value[input.method];
  if (!isObject(value)) throw context.sources.fault(item, `${input.method} is an object`);
  const at = { value, file: item.file };
  const body = readBody(context, at);
  return {
    parameters: readParameters(context, { item, at, path: input.path }),
    ...(body === undefined ? {} : { body }),
    responses: context
      .entriesOf(at, 'responses')
      .map(([status, response]) => readResponse(context, { status, at: context.follow(response) }))
      .sort(by(({ status }) => status)),
    security: readSecurity({ ...context, at }),
    callbacks: input.depth >= deepestCallback ? [] : readCallbacks(context, { at, depth: input.depth + 1 }),
  };
}

function readCallbacks(
  context: Context,
  { at, depth }: { readonly at: Located<JsonObject>; readonly depth: number },
): Operation['callbacks'] {
  return context
    .entriesOf(at, 'callbacks')
    .flatMap(([name, callback]) =>
      Object.entries(context.follow(callback).value).flatMap(([address, item]) => {
        if (!isObject(item) || address.startsWith('x-')) return [];
        const followed = context.follow({ value: item, file: context.follow(callback).file });
        return ['get', 'put', 'post', 'delete', 'patch']
          .filter((method) => followed.value[method] !== undefined)
          .map((method) => {
            const operation = readOperation(context, { item: followed, method, path: '', depth });
            return [`${name} ${address} ${method.toUpperCase()}`, operation] as const;
          });
      }),
    )
    .sort(by(([name]) => name));
}

/** Headers that OpenAPI describes elsewhere: as parameters they are to be ignored. */
const ignoredHeaders = ['accept', 'content-type', 'authorization'];
const defaultStyles = { path: 'simple', query: 'form', header: 'simple', cookie: 'form' } as const;

function readParameters(
  context: Context,
  input: { readonly item: Located<JsonObject>; readonly at: Located<JsonObject>; readonly path: string },
): readonly Parameter[] {
  const names = [...input.path.matchAll(/\{([^{}/]*)\}/g)].map(([, name]) => name);
  const found = new Map<string, Parameter>();
  // Those of the operation replace those of its path.
  for (const owner of [input.item, input.at]) {
    const list = owner.value['parameters'];
    if (list !== undefined && !Array.isArray(list)) throw context.sources.fault(owner, 'parameters is a list');
    for (const each of (list ?? []) as readonly unknown[]) {
      if (!isObject(each)) throw context.sources.fault(owner, 'a parameter is an object');
      const at = context.follow({ value: each, file: owner.file });
      const parameter = readParameter(context, { at, names });
      if (parameter !== undefined) found.set(`${parameter.location} ${parameter.name}`, parameter);
    }
  }
  return [...found.values()].sort(by(({ location, name }) => `${location} ${name}`));
}

function readParameter(
  context: Context,
  { at, names }: { readonly at: Located<JsonObject>; readonly names: readonly (string | undefined)[] },
): Parameter | undefined {
  const { name: given, in: location, required } = at.value;
  if (
    typeof given !== 'string' ||
    (location !== 'path' && location !== 'query' && location !== 'header' && location !== 'cookie')
  )
    throw context.sources.fault(at, 'a parameter has a name and stands in path, query, header or cookie');
  const position = names.indexOf(given);
  if (location === 'path' && position < 0) return undefined;
  if (location === 'header' && ignoredHeaders.includes(given.toLowerCase())) return undefined;
  const [content] = context.entriesOf(at, 'content');
  const style = typeof at.value['style'] === 'string' ? at.value['style'] : defaultStyles[location];
  const explode = typeof at.value['explode'] === 'boolean' ? at.value['explode'] : style === 'form';
  const reserved = at.value['allowReserved'] === true ? ' with reserved characters' : '';
  return {
    location,
    name: location === 'path' ? String(position) : location === 'header' ? given.toLowerCase() : given,
    required: location === 'path' || required === true,
    style: content === undefined ? `${style}${explode ? ' exploded' : ''}${reserved}` : `as ${mediaTypeOf(content[0])}`,
    schema: addSchema(context, content === undefined ? at : context.follow(content[1])),
  };
}

function readBody(context: Context, at: Located<JsonObject>): Body | undefined {
  const value = at.value['requestBody'];
  if (value === undefined) return undefined;
  if (!isObject(value)) throw context.sources.fault(at, 'requestBody is an object');
  const body = context.follow({ value, file: at.file });
  return { required: body.value['required'] === true, content: readContent(context, body) };
}

function readResponse(
  context: Context,
  { status, at }: { readonly status: string; readonly at: Located<JsonObject> },
): Response {
  return {
    status: /^[1-5]xx$/i.test(status) ? status.toUpperCase() : status,
    headers: context
      .entriesOf(at, 'headers')
      .filter(([name]) => name.toLowerCase() !== 'content-type')
      .map(([name, header]): Header => {
        const followed = context.follow(header);
        const [content] = context.entriesOf(followed, 'content');
        return {
          name: name.toLowerCase(),
          required: followed.value['required'] === true,
          schema: addSchema(context, content === undefined ? followed : context.follow(content[1])),
        };
      })
      .sort(by(({ name }) => name)),
    content: readContent(context, at),
  };
}

function readContent(context: Context, at: Located<JsonObject>): readonly MediaContent[] {
  return context
    .entriesOf(at, 'content')
    .map(([name, content]): MediaContent => {
      const followed = context.follow(content);
      const encoding = followed.value['encoding'];
      return {
        mediaType: mediaTypeOf(name),
        schema: addSchema(context, followed),
        ...(isObject(encoding) ? { encoding: canonical(encoding as Json) } : {}),
      };
    })
    .sort(by(({ mediaType }) => mediaType));
}

/** In lower case and without the character set, which is always UTF-8 in JSON. */
function mediaTypeOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\s/g, '')
    .replace(/;charset=[^;]*/, '');
}

function addSchema(context: Context, { value, file }: Located<JsonObject>): SchemaRef {
  const schema = value['schema'];
  if (schema === undefined) return context.add({ value: true, file });
  if (!isObject(schema) && typeof schema !== 'boolean')
    throw context.sources.fault({ value, file }, 'schema is an object');
  return context.add({ value: schema, file });
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function by<Item>(keyOf: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);
}
