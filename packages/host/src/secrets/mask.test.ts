import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask, maskPieces } from './mask.ts';
import { Secret } from './secret.ts';

const secret = `sk'live "7Ä/+?&$x\\`;
const mask = createMask([new Secret(secret)]);
const masked = (text: string) => mask.whole(Buffer.from(text, 'utf8')).toString('utf8');
const stars = (text: string) => '*'.repeat(Buffer.byteLength(text));

describe('a mask', () => {
  it.each<[string, string]>([
    ['plain', secret],
    ['hex', Buffer.from(secret).toString('hex')],
    ['hex in capitals', Buffer.from(secret).toString('hex').toUpperCase()],
    ['in an address', encodeURIComponent(secret)],
    ['in an address with small escapes', encodeURIComponent(secret).replaceAll(/%../g, (each) => each.toLowerCase())],
    ['in a form', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON inside of JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['for a shell, in single quotes', secret.replaceAll("'", "'\\''")],
    ['for a shell, in double quotes', secret.replaceAll(/["$`\\]/g, '\\$&')],
  ])('blackens a secret %s', (_name, written) => {
    expect(masked(`before ${written} after`)).toBe(`before ${stars(written)} after`);
  });

  it.each([0, 1, 2, 3, 4, 5])('blackens a secret in base64 that begins at byte %i of what was encoded', (before) => {
    const text = Buffer.from(`${'u'.repeat(before)}${secret}${'z'.repeat(7)}`).toString('base64');
    const url = text.replaceAll('+', '-').replaceAll('/', '_');

    // At both ends a character holds some bits of the neighbour.
    const length = Math.floor((Buffer.byteLength(secret) * 8) / 6) - 1;
    expect(masked(text)).toContain('*'.repeat(length));
    expect(masked(url)).toContain('*'.repeat(length));
  });

  it('blackens the lines of a key, wherever they are', () => {
    const pem = '-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIE\nIHkF0b1u9wq8oQm7\n-----END KEY-----';
    const ofKey = createMask([new Secret(pem)]);

    expect(ofKey.whole(Buffer.from('[MC4CAQAwBQYDK2VwBCIE]')).toString()).toBe(`[${'*'.repeat(20)}]`);
  });

  it('leaves what is too short to be one', () => {
    expect(
      createMask([new Secret('on')])
        .whole(Buffer.from('on and on'))
        .toString(),
    ).toBe('on and on');
  });

  it('gives the same however the pieces are cut, and lets nothing through', () => {
    const words = fc.constantFrom('abcabc', 'bcabcabd', 'cabcab', secret);
    const noise = fc.constantFrom('a', 'b', 'c', 'abc', ' ', 'sk', "sk'live ", 'x', '\n');
    fc.assert(
      fc.property(
        fc.uniqueArray(words, { minLength: 1 }),
        fc.array(fc.oneof(words, noise), { maxLength: 30 }),
        fc.array(fc.nat(12), { maxLength: 40 }),
        (secrets, parts, cuts) => {
          const own = createMask(secrets.map((each) => new Secret(each)));
          const bytes = Buffer.from(parts.join(''), 'utf8');
          const pieces = maskPieces(own);
          const out: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            out.push(pieces.push(bytes.subarray(at, at + cut)));
            at += cut;
          }
          out.push(pieces.push(bytes.subarray(at)), pieces.end());

          const text = Buffer.concat(out).toString('latin1');
          expect(text).toBe(own.whole(bytes).toString('latin1'));
          for (const each of secrets) expect(text).not.toContain(Buffer.from(each).toString('latin1'));
        },
      ),
    );
  });

  it('keeps nothing back that cannot become a secret', () => {
    const pieces = maskPieces(mask);

    expect(pieces.push(Buffer.from('a line\n')).toString()).toBe('a line\n');
    expect(pieces.push(Buffer.from("next: sk'li")).toString()).toBe('next: ');
    expect(pieces.push(Buffer.from('ttle\n')).toString()).toBe("sk'little\n");
  });
});
