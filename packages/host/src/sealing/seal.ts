import {
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { publicKeyFromRaw, rawPublicKey } from './keys.ts';

/** A value that only the owner of an X25519 key can open; all parts in base64url. */
export interface Sealed {
  readonly ephemeralKey: string;
  readonly nonce: string;
  /** AES-256-GCM ciphertext with its 16 byte tag at the end. */
  readonly ciphertext: string;
}

const tagBytes = 16;

/** Seals a text to a site: ephemeral X25519, HKDF-SHA-256 bound to both keys and the site, AES-256-GCM. */
export function seal(input: { readonly text: string; readonly recipientKey: string; readonly site: string }): Sealed {
  const ephemeral = generateKeyPairSync('x25519');
  const ephemeralKey = rawPublicKey(ephemeral.publicKey);
  const secret = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: publicKeyFromRaw(input.recipientKey, 'X25519'),
  });
  const key = deriveKey({ secret, ephemeralKey, recipientKey: input.recipientKey, site: input.site });
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(input.site, 'utf8'));
  const ciphertext = Buffer.concat([cipher.update(input.text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { ephemeralKey, nonce: nonce.toString('base64url'), ciphertext: ciphertext.toString('base64url') };
}

/** Opens what was sealed to a key and a site; throws when either is another one, or anything was changed. */
export function open(input: {
  readonly sealed: Sealed;
  readonly privateKey: KeyObject;
  readonly site: string;
}): string {
  const { sealed } = input;
  const secret = diffieHellman({
    privateKey: input.privateKey,
    publicKey: publicKeyFromRaw(sealed.ephemeralKey, 'X25519'),
  });
  const key = deriveKey({
    secret,
    ephemeralKey: sealed.ephemeralKey,
    recipientKey: rawPublicKey(input.privateKey),
    site: input.site,
  });
  const content = Buffer.from(sealed.ciphertext, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce, 'base64url'), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(input.site, 'utf8'));
  decipher.setAuthTag(content.subarray(content.length - tagBytes));
  return Buffer.concat([decipher.update(content.subarray(0, content.length - tagBytes)), decipher.final()]).toString(
    'utf8',
  );
}

function deriveKey(input: {
  readonly secret: Buffer;
  readonly ephemeralKey: string;
  readonly recipientKey: string;
  readonly site: string;
}): Buffer {
  const salt = Buffer.from(`${input.ephemeralKey}.${input.recipientKey}`, 'utf8');
  return Buffer.from(hkdfSync('sha256', input.secret, salt, `almanac-seal-v1:${input.site}`, 32));
}
