import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeDurably } from '@almanac/host';

/** A secret in memory: it can be used, and it cannot be printed by accident. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}

/** Encrypts secrets for the database with a key that is kept outside it. */
export interface SecretBox {
  readonly close: (secret: Secret) => string;
  readonly open: (envelope: string) => Secret;
  /** Tells equal secrets of this installation: 24 bits of an HMAC, which is no help to whoever guesses elsewhere. */
  readonly fingerprint: (secret: Secret) => string;
}

const keyBytes = 32;

/**
 * Opens the box of this installation; its key is made at the first start. Each value has a key of its own, which the
 * key of the installation encrypts (AES-256-GCM both), so that the latter can be changed without touching values.
 */
export async function openSecretBox(keyFile: string): Promise<SecretBox> {
  const kept = await readFile(keyFile, 'utf8').catch(() => undefined);
  const key = kept === undefined ? randomBytes(keyBytes) : Buffer.from(kept.trim(), 'base64url');
  if (kept === undefined) await writeDurably(keyFile, `${key.toString('base64url')}\n`);
  if (key.length !== keyBytes) throw new Error(`${keyFile} does not hold a key of ${keyBytes} bytes`);
  const marking = Buffer.from(hkdfSync('sha256', key, '', 'almanac fingerprints', keyBytes));
  return {
    fingerprint: (secret) => createHmac('sha256', marking).update(secret.reveal()).digest('hex').slice(0, 6),
    close: (secret) => {
      const own = randomBytes(keyBytes);
      return ['v1', encrypt(key, own), encrypt(own, Buffer.from(secret.reveal(), 'utf8'))].join('.');
    },
    open: (envelope) => {
      const [version, wrapped, content] = envelope.split('.');
      if (version !== 'v1' || wrapped === undefined || content === undefined)
        throw new Error('the envelope of a secret is damaged');
      return new Secret(decrypt(decrypt(key, wrapped) satisfies Buffer, content).toString('utf8'));
    },
  };
}

function encrypt(key: Buffer, content: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: Buffer, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(bytes.length - 16));
  return Buffer.concat([decipher.update(bytes.subarray(12, bytes.length - 16)), decipher.final()]);
}
