import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComparisonRule } from '../metric.ts';
import { comparePoints } from './compare-points.ts';

const rule: ComparisonRule = { kind: 'comparison', worse: 'higher', allowed: 0.1, goodEnough: null, confidence: 0.98 };
/** High and low in turn, so that no point is taken to tell of the next. */
const ten = inTurn([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

function inTurn(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.slice(0, half).flatMap((low, index) => [low, sorted[half + index] ?? low]);
}
const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 40 });

describe('the interval of a shift', () => {
  it.each([
    [ten, ten.map((each) => each + 0.5), [-4.5, -0.5, 3.5]],
    [ten.map((each) => each + 10), ten, [6, 10, 14]],
    [
      inTurn([110, 121, 118, 131, 125, 119, 122, 128, 117, 124, 126, 115]),
      inTurn([100, 104, 97, 108, 101, 99, 103, 106, 95, 102, 105, 98]),
      [14, 20, 25],
    ],
  ])('of %j beside %j is %j', (candidate, baseline, expected) => {
    const found = comparePoints(rule, { candidate, baseline });

    expect(found.inflation).toBe(1);
    expect([found.lowerBound(0.01), found.difference, found.upperBound(0.01)]).toEqual(expected);
  });

  it('has no ends where there are too few points', () => {
    const found = comparePoints(rule, { candidate: [1, 2, 3], baseline: [1, 2, 3] });

    expect([found.lowerBound(0.01), found.upperBound(0.01)]).toEqual([null, null]);
    expect(found.notWithin).toBeGreaterThan(0.01);
  });

  it('does not depend on the scale of the figures', () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom(2 ** -20, 2 ** 20), (candidate, baseline, scale) => {
        const scaled = (side: readonly number[]) => side.map((each) => each * scale);
        const scaledFigure = (figure: number | null) => (figure === null ? null : figure * scale);

        const found = comparePoints(rule, { candidate, baseline });
        const same = comparePoints(rule, { candidate: scaled(candidate), baseline: scaled(baseline) });

        expect(same.notWithin).toBe(found.notWithin);
        expect(same.lowerBound(0.01)).toBe(scaledFigure(found.lowerBound(0.01)));
      }),
    );
  });

  it('has no ends where each point tells nearly all of the next', () => {
    const wave = Array.from({ length: 60 }, (_, index) => 100 + 10 * Math.sin(index / 6));
    const shuffled = wave.map((_, index) => wave[(index * 23) % 60] ?? 0);

    const [ordered, mixed] = [wave, shuffled].map((side) => comparePoints(rule, { candidate: side, baseline: side }));

    expect(ordered?.inflation).toBeGreaterThan(10);
    expect(ordered?.upperBound(0.1)).toBeNull();
    expect(mixed?.upperBound(0.1)).toBeLessThan(5);
  });

  it('needs no chance where all points are equal: the difference is what it is', () => {
    const [low, high] = [100, 120].map((value) => new Array<number>(20).fill(value));

    expect(comparePoints(rule, { candidate: low ?? [], baseline: low ?? [] })).toMatchObject({ difference: 0 });
    expect(comparePoints(rule, { candidate: high ?? [], baseline: low ?? [] }).notWorse).toBeLessThan(0.01);
    expect(comparePoints(rule, { candidate: low ?? [], baseline: low ?? [] }).notWithin).toBeLessThan(0.01);
    const none = new Array<number>(20).fill(0);
    expect(comparePoints(rule, { candidate: none, baseline: none })).toMatchObject({ allowedTo: 0, difference: 0 });
    expect(comparePoints(rule, { candidate: none, baseline: none }).notWithin).toBeLessThan(0.01);
  });
});

describe('a test of a shift', () => {
  it('finds something worse exactly when its interval says so', () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom('higher', 'lower'), (candidate, baseline, worse) => {
        const found = comparePoints({ ...rule, worse }, { candidate, baseline });
        const bound = worse === 'higher' ? found.lowerBound(0.01) : found.upperBound(0.01);
        const beyond =
          bound !== null && (worse === 'higher' ? bound > (found.allowedTo ?? 0) : bound < (found.allowedFrom ?? 0));

        expect(found.notWorse <= 0.01).toBe(beyond);
      }),
    );
  });

  it('never finds both that it is worse and that it is within', () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom('higher', 'lower', 'either'), (candidate, baseline, worse) => {
        const found = comparePoints({ ...rule, worse }, { candidate, baseline });

        expect(found.notWorse <= 0.1 && found.notWithin <= 0.1).toBe(false);
      }),
    );
  });

  it('sees a fall as it sees a rise', () => {
    fc.assert(
      fc.property(values, values, (candidate, baseline) => {
        const rise = comparePoints({ ...rule, worse: 'higher' }, { candidate, baseline });
        const mirrored = (side: readonly number[]) => side.map((each) => -each);
        const fall = comparePoints(
          { ...rule, worse: 'lower' },
          { candidate: mirrored(candidate), baseline: mirrored(baseline) },
        );

        expect(fall.notWorse).toBeCloseTo(rise.notWorse, 12);
        expect(fall.notWithin).toBeCloseTo(rise.notWithin, 12);
      }),
    );
  });

  it('allows everything up to a level that is good enough', () => {
    const candidate = ten.map((each) => each + 10);

    expect(comparePoints(rule, { candidate, baseline: ten }).notWorse).toBeLessThan(0.01);
    expect(comparePoints({ ...rule, goodEnough: 30 }, { candidate, baseline: ten })).toMatchObject({ allowedTo: 24.5 });
    expect(comparePoints({ ...rule, goodEnough: 30 }, { candidate, baseline: ten }).notWithin).toBeLessThan(0.01);
  });
});
