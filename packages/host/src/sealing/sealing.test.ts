import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPrivateKey, privateKeyFromPem, rawPublicKey } from './keys.ts';
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
