import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Public keys travel as the raw 32 bytes in base64url, which is the `x` of a JWK (RFC 8037). */
export function rawPublicKey(key: KeyObject): string {
  const { x } = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'jwk' });
  if (x === undefined) throw new Error('the key has no public part');
  return x;
}

export function publicKeyFromRaw(raw: string, curve: 'Ed25519' | 'X25519'): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x: raw }, format: 'jwk' });
}

/** A new private key in PKCS#8 PEM. */
export function newPrivateKey(curve: 'Ed25519' | 'X25519'): string {
  const { privateKey } = curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

export function privateKeyFromPem(pem: string): KeyObject {
  return createPrivateKey(pem);
}

const keyBytes = 32;
/** 2^255 - 19, the prime of the field over which both curves are defined. */
const prime = 2n ** 255n - 19n;
/** The y of a point of order 8 of Ed25519; that of the others is the same but for its sign. */
const yOfOrder8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/**
 * The y of the points of Ed25519 whose order divides 8, from the curve's equation (RFC 8032, section 5.1): by such a key
 * anybody can make signatures that hold.
 */
const ofSmallOrder: ReadonlySet<bigint> = new Set([0n, 1n, prime - 1n, yOfOrder8, prime - yOfOrder8]);

/**
 * Whether a text is a public key as it travels, in the one spelling that it has, and one that protects what is sealed to it
 * or signed by it.
 */
export function isPublicKey(raw: string, curve: 'Ed25519' | 'X25519'): boolean {
  const bytes = Buffer.from(raw, 'base64url');
  if (bytes.length !== keyBytes || bytes.toString('base64url') !== raw) return false;
  if (curve === 'X25519') return agrees(raw);
  // Little endian; the highest bit is the sign of x.
  const y = BigInt.asUintN(255, BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`));
  return y < prime && !ofSmallOrder.has(y);
}

/** OpenSSL refuses points of which every agreement is zero (RFC 7748, section 6.1). */
function agrees(raw: string): boolean {
  try {
    diffieHellman({ privateKey: generateKeyPairSync('x25519').privateKey, publicKey: publicKeyFromRaw(raw, 'X25519') });
    return true;
  } catch {
    return false;
  }
}
