import { describe, expect, test } from 'vitest';
import { compareElements } from './compare-elements.ts';
import type { ExportElement, MessageElement, OperationElement, Schema } from './element.ts';

/** An event whose first schema is its root; hashes are names of its own unless given. */
function anEvent(
  schemas: readonly Schema[],
  name: string,
  hashes = schemas.map((_, ref) => `${name} ${ref}`),
): MessageElement {
  return { kind: 'json-schema', root: 0, schemas, hashes };
}

const text: Schema = { type: 'string' };
const operation: OperationElement = {
  kind: 'openapi',
  sent: false,
  operation: { parameters: [], responses: [], security: [], callbacks: [] },
  schemas: [],
  hashes: [],
};

describe('two elements', () => {
  test('of different kinds are never compatible, and say so', () => {
    const exported: ExportElement = { kind: 'package', declarations: [{ type: 'Declarations', items: [] }] };

    expect(compareElements(operation, anEvent([text], 'a'))).toMatchObject([{ code: 'kind-changed' }]);
    expect(compareElements(exported, operation)).toMatchObject([{ code: 'kind-changed' }]);
    expect(compareElements({ ...operation, sent: true }, operation)).toMatchObject([{ code: 'kind-changed' }]);
  });

  test('are not looked into where their hashes are equal', () => {
    const broken: Schema = { type: 'array', items: 99 };

    expect(compareElements(anEvent([broken], 'a', ['same']), anEvent([broken], 'b', ['same']))).toEqual([]);
    expect(compareElements(anEvent([broken], 'a'), anEvent([broken], 'b'))).toMatchObject([{ code: 'cannot-tell' }]);
  });

  test('that lead back to themselves hold unless something fails', () => {
    const circle = (value: Schema): readonly Schema[] => [
      {
        type: 'object',
        fields: [
          ['next', 0],
          ['value', 1],
        ],
      },
      value,
    ];

    expect(compareElements(anEvent(circle(text), 'a'), anEvent(circle(text), 'b'))).toEqual([]);
    expect(compareElements(anEvent(circle({ type: 'integer' }), 'a'), anEvent(circle(text), 'b'))).toMatchObject([
      { code: 'type-widened', place: '/value' },
    ]);
  });

  test('with alternatives that lead back find the one that fits, and forget what held for those that do not', () => {
    // A list whose links may be of two shapes; only looking ahead tells which of them is meant.
    const list = (last: Schema): readonly Schema[] => [
      { anyOf: [1, 2] },
      {
        type: 'object',
        fields: [
          ['next', 0],
          ['end', 3],
        ],
      },
      {
        type: 'object',
        fields: [
          ['next', 0],
          ['end', 4],
        ],
      },
      text,
      last,
    ];

    expect(compareElements(anEvent(list({ type: 'integer' }), 'a'), anEvent(list({ type: 'integer' }), 'b'))).toEqual(
      [],
    );
    expect(
      compareElements(anEvent(list({ type: 'boolean' }), 'a'), anEvent(list({ type: 'integer' }), 'b')),
    ).not.toEqual([]);
  });

  test('that multiply alternatives within alternatives end in bounded work', () => {
    const depth = 300;
    const tower = (last: Schema): readonly Schema[] => {
      const schemas: Schema[] = [];
      for (let level = 0; level < depth; level += 1) {
        const [union, next] = [level * 4, level * 4 + 4];
        schemas.push(
          { anyOf: [union + 1, union + 2, union + 3] },
          { type: 'object', fields: [['a', next]] },
          {
            type: 'object',
            fields: [
              ['a', next],
              ['b', next],
            ],
          },
          {
            type: 'object',
            fields: [
              ['a', next],
              ['b', next],
              ['c', next],
            ],
          },
        );
      }
      return [...schemas, last];
    };

    const reasons = compareElements(anEvent(tower({ type: 'integer' }), 'a'), anEvent(tower(text), 'b'));

    expect(reasons.length).toBeGreaterThan(0);
    expect(compareElements(anEvent(tower(text), 'a'), anEvent(tower(text), 'b')).map((each) => each.code)).toEqual([]);
  });

  test('tell no more reasons than anybody reads', () => {
    const fields = Array.from({ length: 500 }, (_, index) => [`f${index}`, 1] as const);

    expect(
      compareElements(anEvent([{ type: 'object' }, text], 'a'), anEvent([{ type: 'object', fields }, text], 'b')),
    ).toHaveLength(50);
  });
});
