import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { newPrivateKey, privateKeyFromPem, publicSigningKey, signText, writeDurably } from '@almanac/host';
import type { DesiredState, SignedDesiredState } from '@almanac/protocol';

export interface ServerKeys {
  readonly publicKeys: readonly { readonly keyId: string; readonly publicKey: string }[];
  readonly sign: (state: DesiredState) => SignedDesiredState;
  /** Signs any other text; it must begin with a word that says what it is. */
  readonly signText: (text: string) => { readonly keyId: string; readonly signature: string };
}

/** The key with which this installation signs what it tells its sites; made at the first start, kept outside the database. */
export async function openServerKeys(file: string): Promise<ServerKeys> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  const pem = kept ?? newPrivateKey('Ed25519');
  if (kept === undefined) await writeDurably(file, pem);
  const key: KeyObject = privateKeyFromPem(pem);
  const publicKey = publicSigningKey(key);
  return {
    publicKeys: [publicKey],
    sign: (state) => {
      const payload = JSON.stringify(state);
      return { payload, keyId: publicKey.keyId, signature: signText(payload, key) };
    },
    signText: (text) => ({ keyId: publicKey.keyId, signature: signText(text, key) }),
  };
}
