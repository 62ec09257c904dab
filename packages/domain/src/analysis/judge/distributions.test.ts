import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail, normalTail, normalTailQuantile, poissonTail } from './distributions.ts';

/** Within so many parts of the figure itself: tails are small. */
function expectClose(actual: number, expected: number, parts = 1e-8): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(parts);
}

describe('the tail of the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.15865525393145705],
    [1.959963984540054, 0.025],
    [3, 0.0013498980316300933],
    [8, 6.220960574271786e-16],
    [-1, 0.8413447460685429],
  ])('beyond %d is %d', (z, tail) => {
    expectClose(normalTail(z), tail, 1e-7);
  });

  it('is undone by its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-9, noNaN: true }), (tail) => {
        expectClose(normalTail(normalTailQuantile(tail)), tail, 1e-9);
      }),
    );
  });

  it('has no quantile for what is no probability', () => {
    expect(() => normalTailQuantile(0)).toThrow(RangeError);
    expect(() => normalTailQuantile(Number.NaN)).toThrow(RangeError);
  });
});

describe('the tail of the binomial distribution', () => {
  // By summing with sixty digits.
  it.each([
    [8, 10, 0.5, 0.0546875],
    [3, 1000, 0.001, 0.08020934284020105],
    [60, 200, 0.2, 0.0004976948553553735],
    [500, 1_000_000, 0.0004, 8.067843639452321e-7],
  ])('of %d of %d at %d is %d', (successes, trials, probability, tail) => {
    expectClose(binomialTail({ successes, trials, probability }), tail);
  });

  it('is the sum of its terms', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, probability) => {
        const [successes, trials] = [Math.min(a, b), Math.max(a, b)];
        let sum = 0;
        let choose = 1;
        for (let k = 0; k <= trials; k += 1) {
          if (k >= successes) sum += choose * probability ** k * (1 - probability) ** (trials - k);
          choose = (choose * (trials - k)) / (k + 1);
        }
        expect(binomialTail({ successes, trials, probability })).toBeCloseTo(sum, 10);
      }),
    );
  });

  it('comes to an end for a thousand million events', () => {
    const trials = 1_000_000_000;
    expect(binomialTail({ successes: trials / 2, trials, probability: 0.5 })).toBeCloseTo(0.5, 4);
  });
});

describe('the tail of the Poisson distribution', () => {
  it('is the sum of its terms', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.double({ min: 0.001, max: 60, noNaN: true }), (events, mean) => {
        let below = 0;
        let term = Math.exp(-mean);
        for (let k = 0; k < events; k += 1) {
          below += term;
          term *= mean / (k + 1);
        }
        expect(poissonTail({ events, mean })).toBeCloseTo(1 - below, 10);
      }),
    );
  });
});
