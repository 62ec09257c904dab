import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Of master keys, wrapping keys and data keys alike: AES-256. */
export const keyBytes = 32;

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a random nonce of 96 bits; what it was encrypted for is authenticated, and has to be said again. */
export function encrypt(input: { readonly key: Buffer; readonly content: Buffer; readonly use: string }): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', input.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(input.use, 'utf8'));
  return Buffer.concat([nonce, cipher.update(input.content), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** @throws {Error} when key or use are others, or a bit was changed */
export function decrypt(input: { readonly key: Buffer; readonly text: string; readonly use: string }): Buffer {
  const bytes = Buffer.from(input.text, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) throw new Error('what is encrypted is damaged');
  const decipher = createDecipheriv('aes-256-gcm', input.key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(input.use, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes)), decipher.final()]);
}

/** Tells which master key one is, and nothing else about it. */
export function checkValueOf(key: Buffer): string {
  return createHmac('sha256', key).update('almanac master key').digest('base64url').slice(0, 22);
}
