import { describe, expect, test } from 'vitest';
import { anApi, answer, compareOnly, type Piece, readText } from './contracts-for-tests.ts';
import { limits } from './limits.ts';
import { readContractFile } from './read-contract-file.ts';
import { sourceFolderOf } from './syntax/source-folder.ts';

const text = { type: 'string' };
const api = (more: Piece): Piece => ({ openapi: '3.1.0', paths: {}, ...more });
const one = (schema: unknown): Piece => ({ '/a': { get: answer(schema) } });

describe('a contract that cannot be read', () => {
  test.each([
    ['is no JSON', 'a.json', '{"openapi": "3.1.0",}', 'a.json:1:21: it is not valid JSON'],
    ['is no YAML', 'a.yaml', 'openapi: 3.1.0\npaths: [\n', 'a.yaml:3:1: it is not valid YAML'],
    ['has a key twice', 'a.yaml', 'openapi: 3.1.0\nopenapi: 3.0.0\n', 'a.yaml:2:1: it is not valid YAML'],
    ['holds a list', 'a.json', [], 'it holds no OpenAPI document'],
    ['is something else', 'a.json', { name: 'a' }, 'neither OpenAPI (no key openapi) nor JSON Schema'],
    ['is of another kind of file', 'a.proto', '', 'a contract is a .json, .yaml, .yml or .d.ts file'],
    ['is Swagger', 'a.json', { swagger: '2.0' }, 'Swagger 2.0 is not supported; convert it'],
    ['is of a version to come', 'a.json', { openapi: '4.0.0' }, 'openapi: 4.0.0 is not supported; 3.0 and 3.1 are'],
    [
      'refers to the network',
      'a.json',
      api({ paths: one({ $ref: 'https://example.org/a.json' }) }),
      '(/paths/~1a/get/responses/200/content/application~1json/schema): it refers to https://example.org/a.json; nothing is fetched',
    ],
    ['refers to the host', 'a.json', api({ paths: one({ $ref: 'file:///etc/passwd' }) }), 'nothing is fetched'],
    [
      'refers to a host without a scheme',
      'a.json',
      api({ paths: one({ $ref: '//example.org/a' }) }),
      'nothing is fetched',
    ],
    [
      'refers to a file above',
      'a.json',
      api({ paths: one({ $ref: '../b.json' }) }),
      "which lies outside of the module's folder",
    ],
    [
      'refers to an absolute path',
      'a.json',
      api({ paths: one({ $ref: '/etc/passwd' }) }),
      "which lies outside of the module's folder",
    ],
    [
      'refers to an escaped path',
      'a.json',
      api({ paths: one({ $ref: '%2e%2e/b.json' }) }),
      "which lies outside of the module's folder",
    ],
    [
      'refers to a file that is not there',
      'a.json',
      api({ paths: one({ $ref: 'b.json' }) }),
      'b.json: there is no such file',
    ],
    [
      'refers to a schema that is not there',
      'a.json',
      api({ paths: one({ $ref: '#/components/schemas/A' }) }),
      'it refers to #/components/schemas/A, which is not there',
    ],
    [
      'refers to what every object has',
      'a.json',
      api({ paths: one({ $ref: '#/constructor' }) }),
      'it refers to #/constructor, which is not there',
    ],
    [
      'refers to itself and nothing else',
      'a.json',
      api({
        paths: one({ $ref: '#/components/schemas/A' }),
        components: { schemas: { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } } },
      }),
      'this schema refers to nothing but itself',
    ],
    [
      'consists of itself',
      'a.json',
      api({
        paths: one({ $ref: '#/components/schemas/A' }),
        components: { schemas: { A: { allOf: [{ $ref: '#/components/schemas/A' }] } } },
      }),
      'this schema refers to nothing but itself',
    ],
    [
      'has a parameter that refers to itself',
      'a.json',
      api({
        paths: { '/a': { get: { parameters: [{ $ref: '#/components/parameters/A' }] } } },
        components: { parameters: { A: { $ref: '#/components/parameters/A' } } },
      }),
      'it refers to nothing but itself',
    ],
    [
      'has a type that does not exist',
      'a.json',
      api({ paths: one({ type: 'text' }) }),
      '(/paths/~1a/get/responses/200/content/application~1json/schema): type "text" is none of',
    ],
    [
      'has a parameter nowhere',
      'a.json',
      api({ paths: { '/a': { get: { parameters: [{ name: 'a' }] } } } }),
      'a parameter has a name and stands in',
    ],
    [
      'has one operation twice',
      'a.json',
      api({ paths: { '/a/{x}': { get: {} }, '/a/{y}': { get: {} } } }),
      'GET /a/{x} and GET /a/{y} are the same operation',
    ],
    ['holds what PostgreSQL does not keep', 'a.json', api({ paths: one({ const: '\0' }) }), 'null character'],
    [
      'describes no event',
      'a.json',
      { $schema: 'https://json-schema.org/draft/2020-12/schema' },
      'it describes no event',
    ],
  ])('because it %s says where and why', (_title, path, content, message) => {
    expect(() => readText(path, content)).toThrow(message);
  });
});

describe('a contract that is too much', () => {
  test('in bytes is refused before it is read', () => {
    expect(() => readText('a.json', `"${'x'.repeat(limits.fileBytes)}"`)).toThrow('may have 20 MiB together');
    expect(() => readText('a.yaml', `a: ${'x'.repeat(limits.yamlBytes)}`)).toThrow('YAML is read up to 5 MiB');
  });

  test('in depth is refused', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(() => readText('a.json', `{"openapi":"3.1.0","x":${deep}}`)).toThrow('nested deeper than 200 levels');
    expect(() => readText('a.yaml', `openapi: 3.1.0\nx: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)).toThrow('nested');
  });

  test('because aliases of aliases multiply is refused', () => {
    const lines = Array.from(
      { length: 12 },
      (_, index) => `l${index + 1}: &l${index + 1} [${Array(10).fill(`*l${index}`).join(', ')}]`,
    );
    expect(() => readText('a.yaml', ['openapi: 3.1.0', 'l0: &l0 x', ...lines].join('\n'))).toThrow(/alias|values/);
  });

  test('because an alias contains itself is refused', () => {
    expect(() => readText('a.yaml', 'openapi: 3.1.0\na: &a { b: *a }\n')).toThrow(/contains itself|alias/i);
  });

  test('because references of references multiply still ends, with one schema for each', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = { $ref: `#/components/schemas/S${index + 1}` };
        return [`S${index}`, { type: 'object', properties: { a: next, b: next, c: { type: 'array', items: next } } }];
      }),
    );
    const bomb = anApi({
      operation: answer({ $ref: '#/components/schemas/S0' }),
      components: { schemas: { ...schemas, S40: text } },
    });

    expect(bomb.schemas.length).toBeLessThan(100);
    expect(compareOnly(bomb, bomb)).toEqual([]);
  });

  test('because alternatives of alternatives multiply still ends, and is compared as a whole', () => {
    const choice = (mark: string) => ({
      anyOf: Array.from({ length: 10 }, (_, index) => ({ required: [`${mark}${index}`] })),
    });
    const allOf = Array.from({ length: 20 }, (_, index) => choice(`c${index}`));
    const bomb = anApi({ operation: answer({ type: 'object', allOf }) });
    const other = anApi({ operation: answer({ type: 'object', allOf: allOf.slice(1) }) });

    expect(bomb.schemas.length).toBeLessThan(1000);
    expect(compareOnly(bomb, bomb)).toEqual([]);
    expect(compareOnly(bomb, other).map((each) => each.code)).toEqual(['cannot-tell']);
  });

  test('in operations is refused', () => {
    const paths = Object.fromEntries(
      Array.from({ length: limits.elements + 1 }, (_, index) => [`/p${index}`, { get: {} }]),
    );
    expect(() => anApi({ paths })).toThrow('it has 5001 operations; 5000 are the most');
  });
});

describe('a circle of schemas', () => {
  const tree = (name: string, more: Piece = {}) => ({
    [name]: {
      type: 'object',
      properties: {
        value: text,
        children: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
        ...more,
      },
    },
  });
  const treeApi = (name: string, components: Piece) =>
    anApi({ operation: answer({ $ref: `#/components/schemas/${name}` }), components: { schemas: components } });

  test('is one, whatever it is called and however often it is unrolled', () => {
    const unrolled = {
      Root: {
        type: 'object',
        properties: { children: { items: { $ref: '#/components/schemas/Node' }, type: 'array' }, value: text },
      },
    };

    expect(treeApi('Root', { ...unrolled, ...tree('Node') }).fingerprint).toBe(
      treeApi('Tree', tree('Tree')).fingerprint,
    );
  });

  test('is compared to its end', () => {
    const before = treeApi('Tree', tree('Tree', { left: text }));
    const after = treeApi('Tree', tree('Tree', { left: { type: 'integer' } }));

    expect(compareOnly(treeApi('Tree', tree('Tree')), before)).toEqual([]);
    expect(compareOnly(before, after)).toEqual([
      { code: 'type-widened', place: 'response 200 application/json /left', detail: 'it was string and is integer' },
    ]);
  });
});

describe('files of a contract', () => {
  test('may refer to each other inside their folder', () => {
    const folder = sourceFolderOf({
      'api/openapi.yaml': 'openapi: 3.0.3\npaths:\n  /a:\n    $ref: paths/a.yaml#/a\n',
      'api/paths/a.yaml':
        "a:\n  get:\n    responses:\n      '200': { content: { application/json: { schema: { $ref: ../schemas.json#/A } } } }\n",
      'api/schemas.json': JSON.stringify({ A: { type: 'string' } }),
    });
    const inOne = anApi({ version: '3.0.3', paths: one(text) });

    expect(readContractFile(folder, 'api/openapi.yaml').fingerprint).toBe(inOne.fingerprint);
  });

  test('say the same in JSON and YAML, in 3.0 and 3.1', () => {
    const yaml =
      "openapi: 3.0.3\npaths: { /a: { get: { responses: { '200': { content: { application/json: { schema: { type: string, nullable: true } } } } } } } }";

    expect(readText('a.yaml', yaml).fingerprint).toBe(anApi({ paths: one({ type: ['null', 'string'] }) }).fingerprint);
  });
});

describe('JSON Schema', () => {
  const placed = { type: 'object', properties: { id: text }, required: ['id'] };
  const keys = (content: Piece) => readText('events.schema.json', content).elements.map((each) => each.key);

  test('has an event for each definition', () => {
    expect(keys({ $defs: { 'order-placed': placed, 'order-shipped': placed } })).toEqual([
      'order-placed',
      'order-shipped',
    ]);
    expect(keys({ definitions: { placed }, oneOf: [{ $ref: '#/definitions/placed' }] })).toEqual(['placed']);
  });

  test('has one event where its root describes one, named by its title or its file', () => {
    expect(keys({ ...placed, title: 'order-placed', $defs: { id: text } })).toEqual(['order-placed']);
    expect(keys(placed)).toEqual(['events']);
  });

  test('is compared as what the provider emits', () => {
    const before = readText('a.json', { $defs: { placed } });
    const more = readText('a.json', { $defs: { placed: { ...placed, properties: { id: text, at: text } } } });
    const less = readText('a.json', { $defs: { placed: { type: 'object' } } });

    expect(compareOnly(before, more)).toEqual([]);
    expect(compareOnly(before, less).map((each) => each.code)).toEqual(['field-removed']);
  });

  test('finds schemas by their identifiers and anchors', () => {
    const byName = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'e',
      $ref: 'https://example.org/id',
      $defs: { id: { $id: 'https://example.org/id', ...placed } },
    };
    const byAnchor = { title: 'e', $ref: '#id', $defs: { id: { $anchor: 'id', ...placed } } };

    expect(readText('a.json', byName).fingerprint).toBe(readText('a.json', byAnchor).fingerprint);
  });

  test('of draft-07 ignores what stands beside a reference', () => {
    const given = { title: 'e', $ref: '#/definitions/a', type: 'integer', definitions: { a: text } };

    expect(readText('a.json', { ...given, $schema: 'http://json-schema.org/draft-07/schema#' }).schemas).toEqual([
      { type: 'string' },
    ]);
    expect(readText('a.json', given).schemas).toEqual([{ never: true }]);
  });
});
