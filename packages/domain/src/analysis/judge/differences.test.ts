import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';

const sample = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
  minLength: 1,
  maxLength: 20,
});

describe('the differences of all pairs', () => {
  it('are counted and found as if they were written down and sorted', () => {
    fc.assert(
      fc.property(sample, sample, fc.double({ min: -100, max: 100, noNaN: true }), (left, right, bound) => {
        const written = left.flatMap((x) => right.map((y) => x - y)).sort((a, b) => a - b);

        const found = differencesOf(left, right);

        expect(written.map((_, place) => found.at(place))).toEqual(written.map((each) => expect.closeTo(each, 6)));
        expect(found.atMost(bound)).toBe(written.filter((each) => each <= bound).length);
        expect(found.atLeast(bound)).toBe(written.filter((each) => each >= bound).length);
      }),
    );
  });

  it('are found exactly where they are whole numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1 }), fc.array(fc.nat(30), { minLength: 1 }), (left, right) => {
        const written = left.flatMap((x) => right.map((y) => x - y)).sort((a, b) => a - b);
        const found = differencesOf(left, right);

        expect(written.map((_, place) => found.at(place) + 0)).toEqual(written.map((each) => each + 0));
      }),
    );
  });
});
