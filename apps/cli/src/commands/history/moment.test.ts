import { describe, expect, it } from 'vitest';
import { parseMoment, parseSide } from './moment.ts';

const now = new Date('2026-11-21T15:30:00').getTime();
const hour = 3_600_000;

describe('a moment', () => {
  it.each([
    ['now', now],
    ['1h', now - hour],
    ['90m', now - 1.5 * hour],
    ['1h30m', now - 1.5 * hour],
    ['1h 30min', now - 1.5 * hour],
    ['2 hours ago', now - 2 * hour],
    ['an hour ago', now - hour],
    ['a day ago', now - 24 * hour],
    ['3 days', now - 72 * hour],
    ['2w ago', now - 14 * 24 * hour],
    ['30s', now - 30_000],
    ['14:00', new Date('2026-11-21T14:00').getTime()],
    ['today 09:15', new Date('2026-11-21T09:15').getTime()],
    ['yesterday 14:00', new Date('2026-11-20T14:00').getTime()],
    ['yesterday', new Date('2026-11-20T00:00').getTime()],
    ['2026-11-20', new Date('2026-11-20T00:00').getTime()],
    ['2026-11-20 08:05', new Date('2026-11-20T08:05').getTime()],
    ['2026-11-20T08:05:09', new Date('2026-11-20T08:05:09').getTime()],
    ['2026-11-20T08:05:09.123Z', Date.UTC(2026, 10, 20, 8, 5, 9, 123)],
    ['2026-11-20T08:05:09+02:00', Date.UTC(2026, 10, 20, 6, 5, 9)],
  ])('is understood as %s', (text, expected) => {
    expect(parseMoment(text, now).getTime()).toBe(expected);
  });

  it.each(['', 'soon', '1x', '25:00', '2026-13-01', '2026', '5', 'h', '2 fortnights ago', '1h and 2m'])(
    'is not understood as %j',
    (text) => {
      expect(() => parseMoment(text, now)).toThrow('is no moment');
    },
  );

  it.each(['16:00', '2026-11-22'])('is not one that has not come, such as %s', (text) => {
    expect(() => parseMoment(text, now)).toThrow('has not come yet');
  });
});

describe('a side of a comparison', () => {
  it.each([
    ['production', 'production', undefined],
    ['production@now', 'production', undefined],
    ['production@2 hours ago', 'production', now - 2 * hour],
  ])('%s is an environment and a moment', (text, environment, at) => {
    const side = parseSide(text, now);

    expect([side.environment, side.at?.getTime()]).toEqual([environment, at]);
  });

  it('needs an environment', () => {
    expect(() => parseSide('@1h', now)).toThrow('names no environment');
  });
});
