import { describe, expect, it } from 'vitest';
import { whenOf } from './when.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

describe('a time to come', () => {
  it.each([
    ['2026-12-01T22:00+01:00', '2026-12-01T21:00:00.000Z'],
    ['2026-12-01T22:00:00Z', '2026-12-01T22:00:00.000Z'],
    ['30min', '2026-11-21T12:30:00.000Z'],
    ['+2h', '2026-11-21T14:00:00.000Z'],
    ['3d', '2026-11-24T12:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(whenOf(text, now)).toBe(instant);
  });

  it.each(['tomorrow', '2026-12-01T22:00', '2 weeks', ''])('%j is refused with how to write it', (text) => {
    expect(() => whenOf(text, now)).toThrow('30min, 2h or 3d');
  });
});
