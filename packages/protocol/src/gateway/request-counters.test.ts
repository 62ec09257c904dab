import { describe, expect, it } from 'vitest';
import { latencyBounds } from './gateway.ts';
import { RequestCounters } from './request-counters.ts';

/** The bucket into which one request falls. */
const bucketOf = (milliseconds: number) => {
  const counters = new RequestCounters();
  counters.count({ version: 'a', build: 'b', status: 200, milliseconds });
  return counters.list()[0]?.latency.indexOf(1);
};

describe('the buckets of latency', () => {
  it('hold what is above the bound before theirs, and not above their own', () => {
    for (const [index, bound] of latencyBounds.entries()) {
      expect(bucketOf(bound)).toBe(index);
      expect(bucketOf(bound * 1.0001)).toBe(index + 1);
    }
    expect([bucketOf(0), bucketOf(1e9)]).toEqual([0, latencyBounds.length]);
  });

  it('are so narrow that a tenth more is another one, from a millisecond to ten seconds', () => {
    for (let milliseconds = 1; milliseconds <= 9000; milliseconds *= 1.01)
      expect(bucketOf(milliseconds * 1.1)).toBeGreaterThan(bucketOf(milliseconds) ?? Number.POSITIVE_INFINITY);
  });
});
