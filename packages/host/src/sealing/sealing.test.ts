import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicKey, newPrivateKey, privateKeyFromPem, rawPublicKey } from './keys.ts';
import { open, seal } from './seal.ts';
import { publicSigningKey, signText, verifyText } from './sign.ts';

const key = privateKeyFromPem(newPrivateKey('X25519'));
const recipientKey = rawPublicKey(key);

/** Changes one bit of a text in base64url. */
function flip(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64url');
  bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

describe('a sealed value', () => {
  it('is opened by its site, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wellFormed = text.toWellFormed();
        expect(open({ sealed: seal({ text: wellFormed, recipientKey, site: 'a' }), privateKey: key, site: 'a' })).toBe(
          wellFormed,
        );
      }),
    );
  });

  it('is another one every time', () => {
    const one = seal({ text: 'word', recipientKey, site: 'a' });
    const two = seal({ text: 'word', recipientKey, site: 'a' });

    expect(one.ciphertext).not.toBe(two.ciphertext);
    expect(one.ephemeralKey).not.toBe(two.ephemeralKey);
  });

  it('is not opened by another key, or for another site', () => {
    const sealed = seal({ text: 'word', recipientKey, site: 'a' });

    expect(() => open({ sealed, privateKey: privateKeyFromPem(newPrivateKey('X25519')), site: 'a' })).toThrow(
      'authenticate',
    );
    expect(() => open({ sealed, privateKey: key, site: 'b' })).toThrow('authenticate');
  });

  it('is not opened when any bit of it was changed', () => {
    const sealed = seal({ text: 'word', recipientKey, site: 'a' });
    fc.assert(
      fc.property(fc.constantFrom('ciphertext', 'nonce', 'ephemeralKey' as const), fc.nat(31), (part, at) => {
        // The highest bit of an X25519 key does not count (RFC 7748, section 5); the lowest of its bytes do.
        const changed = { ...sealed, [part]: flip(sealed[part as keyof typeof sealed], at) };
        expect(() => open({ sealed: changed, privateKey: key, site: 'a' })).toThrow('authenticate');
      }),
    );
  });
});

describe('a signature', () => {
  const signing = privateKeyFromPem(newPrivateKey('Ed25519'));
  const { publicKey, keyId } = publicSigningKey(signing);

  it('holds for its text and its key, and for nothing else', () => {
    const signature = signText('text', signing);
    const other = publicSigningKey(privateKeyFromPem(newPrivateKey('Ed25519')));

    expect(verifyText({ text: 'text', signature, publicKey })).toBe(true);
    expect(verifyText({ text: 'texT', signature, publicKey })).toBe(false);
    expect(verifyText({ text: 'text', signature: flip(signature, 3), publicKey })).toBe(false);
    expect(verifyText({ text: 'text', signature, publicKey: other.publicKey })).toBe(false);
    expect(keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(keyId).not.toBe(other.keyId);
  });
});

describe('a public key', () => {
  const hex = (text: string) => Buffer.from(text, 'hex').toString('base64url');
  const good = rawPublicKey(privateKeyFromPem(newPrivateKey('Ed25519')));
  const malformed: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['one byte', hex('09')],
    ['a byte too few', good.slice(0, -2)],
    ['a byte too many', Buffer.concat([Buffer.from(good, 'base64url'), Buffer.alloc(1)]).toString('base64url')],
    ['a private key as well', `${good}${good}`],
    ['padding', `${good}=`],
    ['white space around it', ` ${good}`],
    ['a line break behind it', `${good}\n`],
    ['the other alphabet of base64', `+/${good.slice(2)}`],
    ['bits behind its last byte', `${good.slice(0, -1)}${good.endsWith('B') ? 'C' : 'B'}`],
    ['hexadecimal digits', Buffer.from(good, 'base64url').toString('hex')],
    ['a PEM', newPrivateKey('Ed25519')],
    ['a JWK', JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: good })],
    ['a NUL', `${good.slice(0, 42)}\0`],
  ];

  it.each(['Ed25519', 'X25519'] as const)('of %s is what a key pair has', (curve) => {
    for (let each = 0; each < 50; each += 1)
      expect(isPublicKey(rawPublicKey(privateKeyFromPem(newPrivateKey(curve))), curve)).toBe(true);
  });

  it.each(malformed)('is not taken with %s', (_, text) => {
    expect([isPublicKey(text, 'Ed25519'), isPublicKey(text, 'X25519')]).toEqual([false, false]);
  });

  it.each([
    ['0 (of order 4)', '00'.repeat(32)],
    ['0 with the other sign', `${'00'.repeat(31)}80`],
    ['1 (the identity)', `01${'00'.repeat(31)}`],
    ['-1 (of order 2)', `ec${'ff'.repeat(30)}7f`],
    ['the prime, another spelling of 0', `ed${'ff'.repeat(30)}7f`],
    ['the prime and 1, another spelling of 1', `ee${'ff'.repeat(30)}7f`],
    ['more than the prime', 'ff'.repeat(32)],
    ['one of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['one of order 8 with the other sign', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['the other one of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  ])('of Ed25519 is not y = %s, by which anybody can sign', (_, text) => {
    expect(isPublicKey(hex(text), 'Ed25519')).toBe(false);
  });

  it.each([
    ['0', '00'.repeat(32)],
    ['1', `01${'00'.repeat(31)}`],
    ['-1', `ec${'ff'.repeat(30)}7f`],
    ['one of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['the other one of order 8', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
  ])('of X25519 is not u = %s, with which every agreement is zero', (_, text) => {
    expect(isPublicKey(hex(text), 'X25519')).toBe(false);
    expect(() => seal({ text: 'word', recipientKey: hex(text), site: 'a' })).toThrow('');
  });
});
