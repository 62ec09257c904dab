import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestInterner } from './digest-interner.ts';

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
/** Digests that meet in the table and differ late. */
const near = fc.integer({ min: 0, max: 5000 }).map((number) => number.toString(16).padStart(64, '0'));

describe('numbers of digests', () => {
  it('are equal where the digests are, count from 1, and give the digests back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(digest, near), { maxLength: 200 }), (digests) => {
        const interner = new DigestInterner();
        const ids = digests.map((each) => interner.idOf(each));

        expect(digests.map((each) => interner.idOf(each))).toEqual(ids);
        expect(ids.map((each) => interner.textOf(each))).toEqual(digests);
        expect(new Set(ids)).toEqual(new Set(Array.from({ length: new Set(digests).size }, (_, at) => at + 1)));
      }),
    );
  });

  it('stay while the table grows', () => {
    const interner = new DigestInterner();
    const digests = Array.from({ length: 10_000 }, (_, number) => number.toString(16).padStart(8, '0').padEnd(64, '0'));

    expect(digests.map((each) => interner.idOf(each))).toEqual(digests.map((_, at) => at + 1));
    expect(digests.map((each) => interner.idOf(each))).toEqual(digests.map((_, at) => at + 1));
    expect(interner.textOf(10_000)).toBe(digests.at(-1));
  });

  it.each(['', 'a fingerprint', 'A'.repeat(64), 'g'.repeat(64), '0'.repeat(65)])('are not given to "%s"', (text) => {
    expect(() => new DigestInterner().idOf(text)).toThrow('is no SHA-256 digest');
  });

  it('that were never given have no text', () => {
    const interner = new DigestInterner();
    interner.idOf('0'.repeat(64));

    expect(() => interner.textOf(0)).toThrow('no digest has the number 0');
    expect(() => interner.textOf(2)).toThrow('no digest has the number 2');
  });
});
