import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holmParts, levelOfLook, spentAt } from './spending.ts';

describe('what is spent on looks', () => {
  it.each([
    [0, 0],
    [0.25, 1e-7],
    [0.5, 0.00027],
    [0.75, 0.00294],
    [1, 0.01],
  ])('of 0.01, when %d of the measurements are there, is %d', (part, spent) => {
    expect(spentAt(part, 0.01)).toBeCloseTo(spent, 4);
  });

  it('is the whole share, however many looks there are', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 20 }), (looks) => {
        let before = 0;
        let spent = 0;
        for (const part of [...looks.toSorted((a, b) => a - b), 1]) {
          const level = levelOfLook({ part, before, share: 0.01 });
          expect(level).toBeGreaterThanOrEqual(0);
          spent += level;
          before = part;
        }
        expect(spent).toBeCloseTo(0.01, 12);
      }),
    );
  });
});

describe('the family of comparisons', () => {
  it.each([
    [[0.9], [1]],
    [
      [0.2, 0.9, 0.3],
      [1 / 3, 1, 0.5],
    ],
    [
      [0.2, 2, 0.9],
      [1 / 3, 0.5, 0.5],
    ],
    [
      [0.5, 0.4],
      [1, 0.5],
    ],
    [
      [0.6, 0.6],
      [0.5, 0.5],
    ],
    [
      [Number.POSITIVE_INFINITY, 0.5],
      [1, 0.5],
    ],
  ])('of sizes %j gets parts %j', (sizes, parts) => {
    expect(holmParts(sizes)).toEqual(parts);
  });
});
