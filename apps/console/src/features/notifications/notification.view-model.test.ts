import { describe, expect, it } from 'vitest';
import { attemptWords, conditionOf, placeOf, wishOf } from './notification.view-model.ts';

// Any text serves as a key here.
const named = (name: string) => ({ id: name as never, name });
const attempt = { number: 1, at: '2026-11-21T10:00:00.000Z', response: null };

describe('a subscription in words', () => {
  it.each([
    [{ events: [], environments: [], applications: [] }, 'everything'],
    [{ events: ['plan-*', 'build-failed'], environments: [], applications: [] }, 'plan-*, build-failed'],
    [
      { events: [], environments: [named('production')], applications: [named('orders'), named('shop')] },
      'everything in production of orders, shop',
    ],
  ])('wants %j: %s', (filter, words) => {
    expect(wishOf({ filter })).toBe(words);
  });

  it('goes to a URL or to people', () => {
    expect(placeOf({ address: { kind: 'webhook', url: 'https://example.com/x' } })).toBe('https://example.com/x');
    expect(placeOf({ address: { kind: 'email', to: ['a@b.c', 'd@e.f'] } })).toBe('a@b.c, d@e.f');
  });

  it.each([
    [{ state: 'active', failures: 0 } as const, 'active'],
    [{ state: 'active', failures: 2 } as const, 'failing'],
    [{ state: 'paused', failures: 0 } as const, 'paused'],
  ])('%j is %s', (given, word) => {
    expect(conditionOf(given).word).toBe(word);
  });

  it.each([
    [{ ...attempt, outcome: 'delivered', status: 204, detail: null, durationMs: 12 } as const, 'answered 204 in 12 ms'],
    [
      { ...attempt, outcome: 'failed', status: 500, detail: 'answered 500', durationMs: 3 } as const,
      'answered 500 in 3 ms',
    ],
    [{ ...attempt, outcome: 'lost', status: null, detail: null, durationMs: null } as const, 'lost'],
    [{ ...attempt, outcome: 'under-way', status: null, detail: null, durationMs: null } as const, 'under way'],
  ])('says of an attempt %j: %s', (given, words) => {
    expect(attemptWords(given)).toBe(words);
  });
});
