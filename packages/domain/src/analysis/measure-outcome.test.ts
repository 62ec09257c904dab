import { describe, expect, it } from 'vitest';
import { holds, outcomeOf, soundReading } from './measure-outcome.ts';

const [low, high] = [{ below: 1 }, { above: 2 }];

describe('a condition', () => {
  it.each([
    [{ below: 1 }, 1, false],
    [{ below: 1 }, 0.99, true],
    [{ above: 1 }, 1, false],
    [{ above: 1 }, 1.01, true],
    [{ between: [1, 2] as const }, 1, true],
    [{ between: [1, 2] as const }, 2, true],
    [{ between: [1, 2] as const }, 2.01, false],
  ])('%j of %d holds: %s', (condition, figure, expected) => {
    expect(holds(condition, figure)).toBe(expected);
  });
});

describe('one measurement', () => {
  it.each([
    ['only success', { success: low, failure: null }, 0, 'success'],
    ['only success', { success: low, failure: null }, 5, 'failure'],
    ['only failure', { success: null, failure: high }, 5, 'failure'],
    ['only failure', { success: null, failure: high }, 0, 'success'],
    ['both', { success: low, failure: high }, 5, 'failure'],
    ['both', { success: low, failure: high }, 0, 'success'],
    ['both', { success: low, failure: high }, 1.5, 'marginal'],
    ['both that contradict each other', { success: { below: 9 }, failure: high }, 5, 'failure'],
  ] as const)('with %s is, at %3$d, %4$s', (_, rule, figure, expected) => {
    expect(outcomeOf(rule, figure)).toBe(expected);
  });
});

describe('a reading', () => {
  it.each([
    [{ kind: 'value', value: Number.NaN, requests: null }, 'error'],
    [{ kind: 'value', value: Number.POSITIVE_INFINITY, requests: null }, 'error'],
    [{ kind: 'rate', events: 3, of: 2 }, 'error'],
    [{ kind: 'rate', events: -1, of: 2 }, 'error'],
    [{ kind: 'rate', events: 0, of: 0 }, 'no-data'],
    [{ kind: 'rate', events: 0, of: 2 }, 'rate'],
    [{ kind: 'count', events: 3, exposure: 0 }, 'no-data'],
    [{ kind: 'count', events: Number.NaN, exposure: 2 }, 'error'],
    [{ kind: 'count', events: 3, exposure: 2 }, 'count'],
    [{ kind: 'value', value: 0, requests: 0 }, 'value'],
  ] as const)('%j is taken as %s', (reading, kind) => {
    expect(soundReading(reading).kind).toBe(kind);
  });
});
