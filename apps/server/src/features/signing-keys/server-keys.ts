import type { KeyObject } from 'node:crypto';
import { keySetText, latestSigningKey, type SigningKeyState, signingKeyFor } from '@almanac/domain';
import { privateKeyFromPem, publicSigningKey, signText } from '@almanac/host';
import type { DesiredState, ServerKeySet, SignedDesiredState, SignedKeySet } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { SecretBox } from '#platform/secrets';
import type { Tables } from '#tables';

/** The use for which the private part of a key is kept: it cannot take the place of another one. */
export const signingKeyUse = (keyId: string) => ({ kind: 'signing-key', id: keyId });

/** Reads with which keys this installation signs now; whatever node added or retired one. */
export type ReadServerKeys = (db: Kysely<Tables>) => Promise<ServerKeys>;

export interface ServerKeys {
  readonly incarnation: number;
  /** The number of the set that these keys are. */
  readonly number: number;
  /** Latest first; those that are retired are not among them. */
  readonly keys: readonly { readonly keyId: string; readonly publicKey: string; readonly number: number }[];
  /** The key for a site that trusts some; the latest where it trusts none that is left, so that it can say so. */
  readonly keyFor: (trusted: readonly string[]) => { readonly keyId: string; readonly number: number };
  readonly sign: (state: DesiredState, keyId: string) => SignedDesiredState;
  /** Signs any other text with the latest key; it must begin with a word that says what it is. */
  readonly signText: (text: string) => { readonly keyId: string; readonly signature: string };
  /** The set as sites take it over, signed by each of its keys. */
  readonly announcement: () => SignedKeySet;
}

interface OpenKey extends SigningKeyState {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function createReadServerKeys(box: SecretBox): ReadServerKeys {
  let opened: ReadonlyMap<string, OpenKey> = new Map();
  return async (db) => {
    const { incarnation, keySet } = await db
      .selectFrom('installation')
      .select(['incarnation', 'keySet'])
      .executeTakeFirstOrThrow();
    const rows = await db
      .selectFrom('signingKeys')
      .select(['keyId', 'number', 'envelope'])
      .where('retiredAt', 'is', null)
      .orderBy('number', 'desc')
      .execute();
    const keys = rows.map(
      ({ keyId, number, envelope }) => opened.get(keyId) ?? openKey(box, { keyId, number, envelope: envelope ?? '' }),
    );
    // What was retired is forgotten here too.
    opened = new Map(keys.map((each) => [each.keyId, each]));
    return serverKeys({ incarnation, number: keySet, keys });
  };
}

/** The public part is taken from the private one: whoever may write the table alone cannot name a key of theirs. */
function openKey(
  box: SecretBox,
  row: { readonly keyId: string; readonly number: number; readonly envelope: string },
): OpenKey {
  const privateKey = privateKeyFromPem(box.open(row.envelope, signingKeyUse(row.keyId)).reveal());
  const { keyId, publicKey } = publicSigningKey(privateKey);
  if (keyId !== row.keyId) throw new Error(`the signing key ${row.keyId} is another one than its name says`);
  return { keyId, number: row.number, retired: false, publicKey, privateKey };
}

function serverKeys(input: {
  readonly incarnation: number;
  readonly number: number;
  readonly keys: readonly OpenKey[];
}): ServerKeys {
  const { incarnation, number, keys } = input;
  const latest = latestSigningKey(keys);
  if (latest === undefined) throw new Error('the database holds no signing key');
  return {
    incarnation,
    number,
    keys,
    keyFor: (trusted) => signingKeyFor(keys, trusted) ?? latest,
    sign: (state, keyId) => {
      const key = keys.find((each) => each.keyId === keyId);
      if (key === undefined) throw new Error(`there is no signing key ${keyId}`);
      const payload = JSON.stringify(state);
      return { payload, keyId, signature: signText(payload, key.privateKey) };
    },
    signText: (text) => ({ keyId: latest.keyId, signature: signText(text, latest.privateKey) }),
    announcement: () => {
      const set: ServerKeySet = {
        incarnation,
        number,
        keys: keys.map(({ keyId, publicKey }) => ({ keyId, publicKey })),
      };
      const payload = JSON.stringify(set);
      const text = keySetText(payload);
      return {
        payload,
        signatures: keys.map(({ keyId, privateKey }) => ({ keyId, signature: signText(text, privateKey) })),
      };
    },
  };
}
