import { createHmac, randomBytes } from 'node:crypto';
import { Secret } from '@almanac/host';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { decrypt, encrypt, keyBytes } from './encryption.ts';
import type { KeySource } from './key-source.ts';
import { type Keyring, openKeyring, refreshKeyring } from './keyring.ts';

/**
 * What a secret is for. It is bound into the envelope: one that was put in the place of another is not opened.
 * An envelope that is copied, as settings are into plans, is opened for the use for which it was closed.
 */
export interface SecretUse {
  /** Such as `setting` or `webhook-secret`. */
  readonly kind: string;
  readonly id: string;
}

/** Encrypts secrets for the database with keys of which the first is kept outside it. */
export interface SecretBox {
  readonly close: (secret: Secret, use: SecretUse) => string;
  /** @throws {Error} when the envelope was closed for another use, was changed, or is under a key that is not known here */
  readonly open: (envelope: string, use: SecretUse) => Secret;
  /** Tells equal secrets of this installation: 24 bits of an HMAC, which is no help to whoever guesses elsewhere. */
  readonly fingerprint: (secret: Secret) => string;
  /** Takes up keys that came since, of a rotation for example. */
  readonly refresh: (db: Kysely<Tables>) => Promise<void>;
}

/**
 * Opens the box of this installation. Each secret has a data key of its own, which a wrapping key of the keyring encrypts, which the
 * master key encrypts; so a change of the master key touches the keyring alone (decision 0031).
 *
 * @throws {HostFault} when the master key is missing, unusable, or another one than that of the database
 */
export async function openSecretBox(db: Kysely<Tables>, source: KeySource): Promise<SecretBox> {
  let keyring = await openKeyring(db, source);
  return {
    close: (secret, use) => closeEnvelope({ keyring, secret, use }),
    open: (envelope, use) => openEnvelope({ keyring, envelope, use }),
    fingerprint: (secret) =>
      createHmac('sha256', keyring.fingerprints).update(secret.reveal()).digest('hex').slice(0, 6),
    refresh: async (current) => {
      keyring = await refreshKeyring(current, { keyring, source });
    },
  };
}

function closeEnvelope(input: { readonly keyring: Keyring; readonly secret: Secret; readonly use: SecretUse }): string {
  const { id, key } = input.keyring.newest;
  const own = randomBytes(keyBytes);
  const content = Buffer.from(input.secret.reveal(), 'utf8');
  const envelope = [
    'v2',
    id,
    encrypt({ key, content: own, use: boundTo('data key', input.use) }),
    encrypt({ key: own, content, use: boundTo('secret', input.use) }),
  ].join('.');
  own.fill(0);
  content.fill(0);
  return envelope;
}

function openEnvelope(input: {
  readonly keyring: Keyring;
  readonly envelope: string;
  readonly use: SecretUse;
}): Secret {
  const { keyring, envelope, use } = input;
  const [version, ...parts] = envelope.split('.');
  if (version === 'v1') return openEarlier(keyring, parts);
  const [id = '', wrapped, content] = parts;
  if (version !== 'v2' || wrapped === undefined || content === undefined)
    throw new Error('the envelope of a secret is damaged');
  const key = keyring.byId.get(id);
  if (key === undefined) throw new Error('a secret is under a key that this server does not know');
  const own = decrypt({ key, text: wrapped, use: boundTo('data key', use) });
  return revealed(decrypt({ key: own, text: content, use: boundTo('secret', use) }));
}

/** Envelopes of before there was a keyring say nothing of their use. */
function openEarlier({ beforeKeyring }: Keyring, [wrapped, content]: readonly string[]): Secret {
  if (beforeKeyring === null || wrapped === undefined || content === undefined)
    throw new Error('the envelope of a secret is damaged');
  return revealed(decrypt({ key: decrypt({ key: beforeKeyring, text: wrapped, use: '' }), text: content, use: '' }));
}

function revealed(bytes: Buffer): Secret {
  const secret = new Secret(bytes.toString('utf8'));
  bytes.fill(0);
  return secret;
}

function boundTo(what: 'secret' | 'data key', { kind, id }: SecretUse): string {
  return JSON.stringify(['almanac', what, 2, kind, id]);
}
