import { createHash, type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { publicKeyFromRaw, rawPublicKey } from './keys.ts';

/** Names a signing key: the beginning of the SHA-256 of its public part. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
}

/** Ed25519 over the UTF-8 bytes of a text, in base64url. */
export function signText(text: string, privateKey: KeyObject): string {
  return signBytes(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url');
}

export function verifyText(input: {
  readonly text: string;
  readonly signature: string;
  readonly publicKey: string;
}): boolean {
  return verifyBytes(
    null,
    Buffer.from(input.text, 'utf8'),
    publicKeyFromRaw(input.publicKey, 'Ed25519'),
    Buffer.from(input.signature, 'base64url'),
  );
}

/** The public part of a signing key as it travels. */
export function publicSigningKey(privateKey: KeyObject): { readonly keyId: string; readonly publicKey: string } {
  const publicKey = rawPublicKey(privateKey);
  return { keyId: keyIdOf(publicKey), publicKey };
}
