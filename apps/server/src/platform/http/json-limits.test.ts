import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOfJson, type JsonLimits } from './json-limits.ts';

const limits: JsonLimits = { depth: 4, items: 10, text: 8 };

describe('a JSON document', () => {
  it.each([
    ['{"a":[[[1]]]}', undefined],
    ['{"a":[[[[1]]]]}', 'it is nested deeper than 4'],
    ['[1,2,3,4,5,6,7,8,9,10]', undefined],
    ['[1,2,3,4,5,6,7,8,9,10,11]', 'it holds more than 10 keys and items'],
    ['{"12345678":"12345678"}', undefined],
    ['{"a":"123456789"}', 'a text is longer than 8 characters'],
    ['{"123456789":1}', 'a text is longer than 8 characters'],
    ['{"a":1,"a":2}', 'the key "a" stands twice in one object'],
    ['{"a":1,"\\u0061":2}', 'the key "a" stands twice in one object'],
    ['{"b":[{"a":1,"a":2}]}', 'the key "a" stands twice in one object'],
    ['[{"a":1},{"a":2}]', undefined],
    ['{"a":{"a":{"a":"a"}}}', undefined],
    ['{"a":"a","b":["a","a"]}', undefined],
    ['{"a":"{[,"}', undefined],
    ['{"a":"\\"}{"}', undefined],
  ])('%s is judged: %s', (text, expected) => {
    expect(faultOfJson(text, limits)).toBe(expected);
  });

  it.each(['{"__proto__":{}}', '{"a":{"__proto__":1}}', '{"\\u005f_proto__":1}', '[[{"__proto_\\u005f":1}]]'])(
    '%s is refused in each place',
    (text) => {
      expect(faultOfJson(text, { depth: 4, items: 10, text: 50 })).toBe('__proto__ is no key');
    },
  );

  it('that a program writes is never taken for one with two keys of a name', () => {
    const wide: JsonLimits = { depth: 1000, items: 1e9, text: 1e9 };
    const document = fc.json().filter((text) => !text.includes('__proto__'));
    fc.assert(
      fc.property(document, (text) => {
        expect(faultOfJson(text, wide)).toBeUndefined();
        expect(faultOfJson(JSON.stringify(JSON.parse(text), null, 2), wide)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('that is none, or half of one, ends the look at it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.json(), (text, json) => {
        for (const each of [text, json.slice(0, json.length / 2), `${text}${json}`, '"\\', '}}]]'])
          expect(['undefined', 'string']).toContain(typeof faultOfJson(each, limits));
      }),
      { numRuns: 300 },
    );
  });

  it('that is as deep as a parser takes is looked at without recursion', () => {
    expect(faultOfJson('['.repeat(4_000_000), limits)).toBe('it is nested deeper than 4');
    expect(faultOfJson('['.repeat(2_000_000), { depth: 1e9, items: 1e9, text: 1 })).toBeUndefined();
  });
});
