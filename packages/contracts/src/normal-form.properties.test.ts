import { compareElements, elementOf } from '@almanac/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anApi, answer, body, compareOnly, type Piece } from './contracts-for-tests.ts';

const runs = 100;
/** Hundreds of documents are read and compared; other tests run meanwhile. */
const timeout = 60_000;
const names = ['a', 'b', 'c'] as const;
const definitions = ['One', 'Two', 'Three'] as const;

/** Schemas of every kind, which refer to definitions that may refer to each other. */
const schemas = fc.letrec<{ schema: Piece; leaf: Piece }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<Piece>(
      { type: 'string' },
      { type: 'integer' },
      { type: ['string', 'null'] },
      { enum: ['x', 'y', 1] },
      { const: null },
      {},
      { type: 'string', format: 'uuid', maxLength: 36 },
      { type: 'number', minimum: 0, exclusiveMaximum: 10 },
    ),
    fc.constantFrom(...definitions).map((name): Piece => ({ $ref: `#/components/schemas/${name}` })),
  ),
  schema: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    tie('leaf'),
    fc
      .record({
        properties: fc.dictionary(fc.constantFrom(...names), tie('schema')),
        required: fc.subarray([...names]),
      })
      .map((each): Piece => ({ type: 'object', ...each })),
    tie('schema').map((items): Piece => ({ type: 'array', items })),
    tie('schema').map((additionalProperties): Piece => ({ type: 'object', additionalProperties })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf): Piece => ({ anyOf })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((oneOf): Piece => ({ oneOf })),
    // What holds together names different fields: alternatives that are required twice are not told from copies of them.
    fc.tuple(fc.constantFrom(...definitions), tie('schema')).map(
      ([name, d]): Piece => ({
        allOf: [{ $ref: `#/components/schemas/${name}` }, { type: 'object', properties: { d } }],
      }),
    ),
    tie('schema').map((not): Piece => ({ not })),
  ),
}));

const drawn = fc.record({
  schema: schemas.schema,
  // Definitions are objects, so that none is a reference to itself and nothing else.
  components: fc.record(
    Object.fromEntries(
      definitions.map((name) => [
        name,
        fc
          .dictionary(fc.constantFrom(...names), schemas.schema, { minKeys: 1 })
          .map((properties): Piece => ({ type: 'object', properties })),
      ]),
    ),
  ),
});

const asked = { body, answer } as const;
type Way = keyof typeof asked;
const ways = fc.constantFrom<Way>('body', 'answer');
const apiOf = (schema: unknown, given: { readonly way: Way; readonly components: Piece }) =>
  anApi({ operation: asked[given.way](schema), components: { schemas: given.components } });
const fingerprintOf = (api: ReturnType<typeof anApi>) => api.elements[0]?.fingerprint;

/** The same value with the keys of every map the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}

/** The same with what references lead to in their place, down to some depth; below it they stay. */
function inlined(value: unknown, given: { readonly components: Piece; readonly depth: number }): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(each, given));
  if (typeof value !== 'object' || value === null) return value;
  const reference = (value as Piece)['$ref'];
  if (typeof reference === 'string') {
    if (given.depth === 0) return value;
    const target = given.components[reference.split('/').at(-1) ?? ''];
    return inlined(target, { ...given, depth: given.depth - 1 });
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inlined(each, given)]));
}

describe('a contract, whatever is drawn', { timeout }, () => {
  test('is compatible with itself', () => {
    fc.assert(
      fc.property(drawn, ways, ({ schema, components }, way) => {
        const api = apiOf(schema, { way, components });
        expect(compareOnly(api, api)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  test('is compatible with itself without a look at hashes, wherever anybody can tell', () => {
    fc.assert(
      fc.property(drawn, ways, ({ schema, components }, way) => {
        const api = apiOf(schema, { way, components });
        const [element] = api.elements;
        if (element === undefined) throw new Error('an element was expected');
        const other = { schemas: api.schemas, hashes: api.hashes.map((hash) => `another ${hash}`) };
        const reasons = compareElements(elementOf(element.body, api), elementOf(element.body, other));
        const hasRules = api.schemas.some((each) => !('anyOf' in each) && (each.opaque ?? each.also) !== undefined);
        expect(reasons.map((each) => each.code).filter((code) => !hasRules || code !== 'cannot-tell')).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  test('has the same fingerprint in any order of keys', () => {
    fc.assert(
      fc.property(drawn, ways, ({ schema, components }, way) => {
        const other = apiOf(reversed(schema), { way, components: reversed(components) as Piece });
        expect(fingerprintOf(other)).toBe(fingerprintOf(apiOf(schema, { way, components })));
      }),
      { numRuns: runs },
    );
  });

  test('has the same fingerprint whether schemas are shared, inlined or unrolled', () => {
    fc.assert(
      fc.property(drawn, ways, fc.integer({ min: 1, max: 2 }), ({ schema, components }, way, depth) => {
        const other = apiOf(inlined(schema, { components, depth }), { way, components });
        expect(fingerprintOf(other)).toBe(fingerprintOf(apiOf(schema, { way, components })));
      }),
      { numRuns: runs },
    );
  });

  test('has the same fingerprint where half of the references lead to a copy', () => {
    fc.assert(
      fc.property(drawn, ways, ({ schema, components }, way) => {
        const copied = JSON.parse(JSON.stringify(components).replaceAll('schemas/One', 'schemas/Copy')) as Piece;
        const other = apiOf(schema, { way, components: { ...copied, Copy: components['One'] } });
        expect(fingerprintOf(other)).toBe(fingerprintOf(apiOf(schema, { way, components })));
      }),
      { numRuns: runs },
    );
  });

  test('is judged the same however its schemas are laid out', () => {
    fc.assert(
      fc.property(drawn, schemas.schema, ways, ({ schema, components }, later, way) => {
        const common = { way, components };
        const plain = compareOnly(apiOf(schema, common), apiOf(later, common));
        const laidOut = compareOnly(
          apiOf(reversed(inlined(schema, { components, depth: 1 })), common),
          apiOf(inlined(later, { components, depth: 2 }), common),
        );
        expect(laidOut).toEqual(plain);
      }),
      { numRuns: runs },
    );
  });

  test('stays compatible when an answer gets a further field, and does not when it loses one', () => {
    fc.assert(
      fc.property(drawn, schemas.schema, ({ schema, components }, added) => {
        const object = (properties: Piece) => ({ type: 'object', properties });
        const common = { way: 'answer' as const, components };
        const small = apiOf(object({ kept: schema }), common);
        const large = apiOf(object({ kept: schema, added }), common);
        expect(compareOnly(small, large)).toEqual([]);
        expect(compareOnly(large, small).map((each) => each.code)).toEqual(['field-removed']);
      }),
      { numRuns: runs },
    );
  });

  test('is compared with any other without an error, and to an end', () => {
    fc.assert(
      fc.property(drawn, drawn, ways, (before, after, way) => {
        const [one, other] = [apiOf(before.schema, { way, ...before }), apiOf(after.schema, { way, ...after })];
        for (const each of compareOnly(one, other)) expect(each.detail).not.toBe('');
      }),
      { numRuns: runs },
    );
  });

  test('still takes what it took when it gains an alternative', () => {
    fc.assert(
      fc.property(drawn, ({ schema, components }) => {
        const before = apiOf({ anyOf: [schema, { type: 'boolean' }] }, { way: 'body', components });
        const after = apiOf(
          { anyOf: [schema, { type: 'boolean' }, { type: 'array', items: { type: 'boolean' } }] },
          { way: 'body', components },
        );
        expect(compareOnly(before, after)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});

test('the schemas of a document serve all of its elements', () => {
  const path = (schema: Piece) => ({ get: answer(schema) });
  const api = anApi({ paths: { '/a': path({ type: 'string' }), '/b': path({ type: 'integer' }) } });
  const [a, b] = api.elements.map((each) => elementOf(each.body, api));
  if (a === undefined || b === undefined) throw new Error('two elements were expected');

  expect(compareElements(a, b)).toMatchObject([{ code: 'type-widened', detail: 'it was integer and is string' }]);
});
