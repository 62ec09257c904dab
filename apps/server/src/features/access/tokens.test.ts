import { describe, expect, it } from 'vitest';
import { mayBeApiToken, newApiToken, newToken } from './tokens.ts';

describe('an API token', () => {
  it('has a prefix, 256 random bits and a checksum', () => {
    const token = newApiToken();

    expect(token).toMatch(/^alm_[\w-]{43}[0-9A-Za-z]{6}$/);
    expect(mayBeApiToken(token)).toBe(true);
    expect(newApiToken()).not.toBe(token);
  });

  it('is told from one that was mistyped anywhere', () => {
    const token = newApiToken();
    const mistyped = Array.from(token, (each, place) => {
      const other = each === 'x' ? 'y' : 'x';
      return token.slice(0, place) + other + token.slice(place + 1);
    });

    expect(mistyped.filter(mayBeApiToken)).toEqual([]);
  });

  it('of before is taken without a checksum', () => {
    expect(mayBeApiToken(newToken('alm_'))).toBe(true);
    expect(mayBeApiToken('alm_short')).toBe(false);
    expect(mayBeApiToken(newToken('als_'))).toBe(false);
  });
});
