import { describe, expect, it } from 'vitest';
import type { Reading } from '../analysis.ts';
import type { ComparisonRule } from '../metric.ts';
import { foresee } from './foresee.ts';

const rule: ComparisonRule = { kind: 'comparison', worse: 'higher', allowed: 0.1, goodEnough: null, confidence: 0.98 };
/** Figures around 100 that vary by ten, in an order in which none tells of the next. */
const values = (count: number) =>
  Array.from(
    { length: count },
    (_, index): Reading => ({ kind: 'value', value: 90 + ((index * 37) % 21), requests: null }),
  );
const rates = (events: number) => Array.from({ length: 30 }, (): Reading => ({ kind: 'rate', events, of: 1000 }));
const question = { rule, count: 60, level: 0.01, shares: { candidate: 0.1, baseline: 0.9 } };

describe('what a gate will see', () => {
  it('is said from the points of the baseline, and less with fewer measurements', () => {
    const many = foresee({ ...question, before: values(60) });
    const few = foresee({ ...question, before: values(60), count: 15 });

    expect(many).toMatchObject({ baseline: 100, allowed: 10, sees: true });
    expect(many?.detectable).toBeGreaterThan(2);
    expect(many?.detectable).toBeLessThan(8);
    expect(few?.detectable).toBeCloseTo(2 * (many?.detectable ?? 0), 9);
  });

  it('is too little where the baseline varies more than is allowed; it says how many measurements would do', () => {
    const found = foresee({ ...question, rule: { ...rule, allowed: 0.02 }, before: values(60) });

    expect(found).toMatchObject({ sees: false });
    expect(found?.enough).toBeGreaterThan(60);
  });

  it('is not said from too few periods, or from errors', () => {
    expect(foresee({ ...question, before: values(11) })).toBeNull();
    expect(foresee({ ...question, before: new Array<Reading>(60).fill({ kind: 'error', reason: 'down' }) })).toBeNull();
  });

  it('of rates depends on how many requests the candidate will have', () => {
    const seldom = foresee({ ...question, rule: { ...rule, goodEnough: 0.002 }, before: rates(0) });
    const unseen = foresee({
      ...question,
      rule: { ...rule, goodEnough: 0.002 },
      before: rates(0),
      shares: { candidate: 0.01, baseline: 0.99 },
    });

    expect(seldom).toMatchObject({ baseline: 0, allowed: 0.002, sees: true });
    expect(unseen).toMatchObject({ sees: false });
    expect(foresee({ ...question, before: rates(5), shares: null })).toBeNull();
  });
});
