import { describe, expect, it } from 'vitest';
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts';

/** The secret of RFC 6238, appendix B, in Base32; its codes have eight digits there, of which apps show the last six. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const at = (seconds: number) => new Date(seconds * 1000);

describe('a code of an authenticator app', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('of %i s after the epoch is %s, as in RFC 6238', (seconds, code) => {
    expect(stepOfCode({ secret, code, now: at(seconds), window: 1 })).toBe(Math.floor(seconds / 30));
  });

  it.each([
    [-31, undefined],
    [-30, 37_037_037],
    [0, 37_037_037],
    [59, 37_037_037],
    [60, undefined],
  ])('is taken one step early and one late, and no more: %i s after its own began', (after, step) => {
    expect(stepOfCode({ secret, code: '050471', now: at(37_037_037 * 30 + after), window: 1 })).toBe(step);
  });

  it('belongs to a secret of 160 bits that apps read from a URI', () => {
    const own = newTotpSecret();
    const uri = new URL(totpUri({ secret: own, name: 'dora', host: 'almanac.example.com' }));

    expect(own).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(own);
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({ issuer: 'Almanac', secret: own, digits: '6' });
    expect(decodeURIComponent(uri.pathname)).toContain('dora@almanac.example.com');
  });
});
