import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dividedCounts, nearestCounts, replicaCounts } from './replica-counts.ts';

const alone = { withBaseline: false, baseline: { present: 0, ready: 0 } };
const allReady = (present: number) => ({ present, ready: present });

describe('the instances of two versions that are divided by numbers', () => {
  it.each([
    { wanted: 10, weight: 10, now: [0, 10], maxUnavailable: 1, maxSurge: 1, next: [1, 9] },
    { wanted: 10, weight: 30, now: [0, 10], maxUnavailable: 0, maxSurge: 3, next: [3, 10] },
    { wanted: 10, weight: 30, now: [0, 10], maxUnavailable: 5, maxSurge: 0, next: [0, 7] },
    { wanted: 1, weight: 5, now: [0, 1], maxUnavailable: 0, maxSurge: 1, next: [1, 1] },
    { wanted: 1, weight: 95, now: [0, 1], maxUnavailable: 0, maxSurge: 1, next: [1, 1] },
  ])('go from $now to $next of $wanted at $weight %', ({ now, next, weight, ...bounds }) => {
    const [candidate = 0, stable = 0] = now;

    const counts = replicaCounts(bounds, {
      weight,
      ...alone,
      candidate: allReady(candidate),
      stable: allReady(stable),
      older: 0,
    });

    expect([counts.candidate, counts.stable]).toEqual(next);
  });

  it.each([
    [4, 50, 1, { candidate: 2, stable: 2 }],
    [4, 0, 1, { candidate: 0, stable: 4 }],
    [4, 100, 1, { candidate: 4, stable: 0 }],
    [3, 50, 0, { candidate: 2, stable: 1 }],
    [3, 50, 1, { candidate: 2, stable: 2 }],
    [1, 50, 0, { candidate: 1, stable: 0 }],
  ])('come nearest to a weight: of %i at %i %% with a surge of %i', (wanted, weight, maxSurge, nearest) => {
    expect(nearestCounts({ wanted, maxSurge, maxUnavailable: 1 }, weight)).toEqual(nearest);
  });

  it('leave the other version alone until nothing older is left', () => {
    const bounds = { wanted: 4, maxSurge: 1, maxUnavailable: 1 };

    const sides = { ...alone, candidate: allReady(0), stable: allReady(4) };
    expect(replicaCounts(bounds, { weight: 50, ...sides, older: 1 })).toEqual({ candidate: 0, baseline: 0, stable: 4 });
  });

  it.each([
    [10, 20, 1, { candidate: 2, baseline: 2, stable: 6 }],
    [4, 50, 1, { candidate: 2, baseline: 2, stable: 0 }],
    [1, 5, 1, { candidate: 1, baseline: 1, stable: 0 }],
    [4, 0, 1, { candidate: 0, baseline: 0, stable: 4 }],
    [4, 100, 1, { candidate: 4, baseline: 0, stable: 0 }],
  ])(
    'leave a baseline as many as the candidate: of %i at %i %% with a surge of %i',
    (wanted, weight, maxSurge, counts) => {
      expect(dividedCounts({ wanted, maxSurge, maxUnavailable: 0 }, { weight, withBaseline: true })).toEqual(counts);
    },
  );

  it('stay within their bounds on any way, and arrive', () => {
    const drawn = fc.record({
      wanted: fc.integer({ min: 1, max: 12 }),
      maxSurge: fc.nat(3),
      maxUnavailable: fc.nat(3),
      weights: fc.array(fc.record({ weight: fc.integer({ min: 0, max: 100 }), withBaseline: fc.boolean() }), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    fc.assert(
      fc.property(drawn, ({ weights, ...bounds }) => {
        fc.pre(bounds.maxSurge + bounds.maxUnavailable > 0);
        let now = { candidate: 0, baseline: 0, stable: bounds.wanted };
        for (const wanted of weights) {
          for (let round = 0; round < 60; round += 1) {
            const next = replicaCounts(bounds, {
              ...wanted,
              candidate: allReady(now.candidate),
              baseline: allReady(now.baseline),
              stable: allReady(now.stable),
              older: 0,
            });
            const sides = ['candidate', 'baseline', 'stable'] as const;
            const staying = sides.reduce((sum, each) => sum + Math.min(next[each], now[each]), 0);
            expect(staying, 'ready').toBeGreaterThanOrEqual(bounds.wanted - bounds.maxUnavailable);
            const all = sides.reduce((sum, each) => sum + next[each], 0);
            expect(all, 'surge').toBeLessThanOrEqual(bounds.wanted + bounds.maxSurge);
            now = next;
          }
          expect(now).toEqual(dividedCounts(bounds, wanted));
        }
      }),
    );
  });
});
