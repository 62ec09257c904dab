import { type KeyObject, X509Certificate } from 'node:crypto';

const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

/** A key that a provider signs with, as an administrator gave it. */
export interface SigningKey {
  readonly kind: 'rsa' | 'ec';
  readonly key: KeyObject;
}

/**
 * The keys in certificates. What else certificates say does not count: whoever gave them vouches for the keys.
 *
 * @returns a text that says what is wrong, where something is
 */
export function signingKeysOf(certificates: string): readonly SigningKey[] | string {
  const keys: SigningKey[] = [];
  for (const [text] of certificates.matchAll(pem)) {
    const key = keyOf(text);
    if (key === undefined) return 'this is no certificate';
    const kind = kindOf(key);
    if (kind === undefined)
      return 'a key is one of RSA with 2048 bits or more, or of the curves P-256, P-384 and P-521';
    keys.push({ kind, key });
  }
  return keys.length === 0 ? 'this is no certificate' : keys;
}

function kindOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): SigningKey['kind'] | undefined {
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= 2048 ? 'rsa' : undefined;
  return type === 'ec' && curves.includes(details?.namedCurve ?? '') ? 'ec' : undefined;
}

function keyOf(text: string): KeyObject | undefined {
  try {
    return new X509Certificate(text).publicKey;
  } catch {
    return undefined;
  }
}
