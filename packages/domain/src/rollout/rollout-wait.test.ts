import { describe, expect, it } from 'vitest';
import { askedOf, waitKey } from './rollout-wait.ts';

const marginal = { cause: 'marginal', step: 1, run: 0, commanded: 7 } as const;

describe('a wait of a rollout', () => {
  it.each([
    ['when an analysis that was made anew cannot tell either', { run: 1 }],
    ['at another step', { step: 3 }],
    ['for want of data', { cause: 'insufficient-data' }],
  ] as const)('is another one %s', (_, other) => {
    expect(waitKey({ ...marginal, ...other })).not.toBe(waitKey(marginal));
  });

  it('is the same at a site that carried out another command before', () => {
    expect(waitKey({ ...marginal, commanded: 6 })).toBe(waitKey(marginal));
  });

  it('that people ordered is another one with each order', () => {
    const paused = { ...marginal, cause: 'person' } as const;

    expect(waitKey({ ...paused, commanded: 8 })).not.toBe(waitKey(paused));
    expect(waitKey({ ...paused, run: 1 })).toBe(waitKey(paused));
  });

  it.each(['step', 'person', 'marginal', 'insufficient-data', 'error'] as const)('says what is asked: %s', (cause) => {
    expect(askedOf(cause)).toMatch(/[Rr]esume it .*skip .*promote .*abort it/);
  });
});
