import { hkdfSync, randomBytes } from 'node:crypto';
import { HostFault } from '@almanac/host';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';
import { newId } from '../new-id.ts';
import { checkValueOf, decrypt, encrypt, keyBytes } from './encryption.ts';
import type { KeySource } from './key-source.ts';

/** What wraps the data keys of secrets, in memory; the master key is not kept there. */
export interface Keyring {
  /** The key for what is kept from now on. */
  readonly newest: { readonly id: string; readonly key: Buffer };
  readonly byId: ReadonlyMap<string, Buffer>;
  readonly fingerprints: Buffer;
  /** The master key of before there were keyrings, under which some envelopes still are; null for an installation without. */
  readonly beforeKeyring: Buffer | null;
}

/**
 * A wrapping key is used once every node can have read it: they look every few seconds. Until then the one before is.
 */
const announcedSeconds = 120;

/** One node at a time makes keys or moves them. */
export async function lockKeyring(db: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('almanac keyring', 0))`.execute(db);
}

/**
 * Opens the keyring with the master key; makes both at the very first start.
 *
 * @throws {HostFault} when the key is missing, unusable, or another one than that of this database
 */
export async function openKeyring(db: Kysely<Tables>, source: KeySource): Promise<Keyring> {
  return db.transaction().execute(async (trx) => {
    await lockKeyring(trx);
    const generations = await trx.selectFrom('masterKeys').select(['generation', 'checkValue', 'state']).execute();
    const key = await source.read();
    if (generations.length === 0) return begin(trx, { source, key });
    if (key === undefined)
      throw new HostFault(
        `${source.name} is missing, and the secrets in the database cannot be read without it: bring it back from where you keep it`,
      );
    const own = generations.find((each) => each.checkValue === checkValueOf(key));
    if (own === undefined)
      throw new HostFault(
        `${source.name} is another one than that of the secrets in this database: bring the right one back, or name the right database`,
      );
    return load(trx, { generation: own.generation, key, source });
  });
}

async function begin(
  db: Kysely<Tables>,
  input: { readonly source: KeySource; readonly key: Buffer | undefined },
): Promise<Keyring> {
  const { source } = input;
  const isUsed = await holdsEnvelopes(db);
  if (input.key === undefined && (isUsed || source.make === undefined))
    throw new HostFault(
      isUsed
        ? `${source.name} is missing, and the secrets in the database cannot be read without it: bring it back from where you keep it`
        : `${source.name} is missing: make one of ${keyBytes} random bytes (openssl rand -base64 ${keyBytes}), readable for this account alone`,
    );
  const key = input.key ?? (await source.make?.());
  if (key === undefined) throw new Error('a key source made no key');
  await db
    .insertInto('masterKeys')
    .values({ generation: 1, checkValue: checkValueOf(key), state: 'current' })
    .execute();
  const isEarlier = isUsed || (input.key !== undefined && source.make !== undefined);
  const marks = isEarlier
    ? Buffer.from(hkdfSync('sha256', key, '', 'almanac fingerprints', keyBytes))
    : randomBytes(keyBytes);
  await addWrappingKey(db, { purpose: 'fingerprints', content: marks, under: [{ generation: 1, key }] });
  await addWrappingKey(db, { purpose: 'secrets', content: randomBytes(keyBytes), under: [{ generation: 1, key }] });
  if (isEarlier) await addWrappingKey(db, { purpose: 'before-keyring', content: key, under: [{ generation: 1, key }] });
  return load(db, { generation: 1, key, source });
}

/** Whether secrets are there that were closed before there was a keyring. */
async function holdsEnvelopes(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select from setting_changes where secret) or exists (select from notification_secrets)
      or exists (select from idempotency) as used`.execute(db);
  return rows[0]?.used === true;
}

export async function addWrappingKey(
  db: Kysely<Tables>,
  input: {
    readonly purpose: 'secrets' | 'fingerprints' | 'before-keyring';
    readonly content: Buffer;
    readonly under: readonly { readonly generation: number; readonly key: Buffer }[];
  },
): Promise<void> {
  const id = newId();
  await db.insertInto('wrappingKeys').values({ id, purpose: input.purpose }).execute();
  for (const { generation, key } of input.under)
    await db
      .insertInto('wrappedKeys')
      .values({ keyId: id, generation, wrapped: wrapKey({ id, generation, key, content: input.content }) })
      .execute();
}

interface Wrapping {
  readonly id: string;
  readonly generation: number;
  /** The master key of that generation. */
  readonly key: Buffer;
}

export function wrapKey({ key, content, ...use }: Wrapping & { readonly content: Buffer }): string {
  return encrypt({ key, content, use: useOf(use) });
}

export function unwrapKey({ key, wrapped, ...use }: Wrapping & { readonly wrapped: string }): Buffer {
  return decrypt({ key, text: wrapped, use: useOf(use) });
}

function useOf({ id, generation }: Pick<Wrapping, 'id' | 'generation'>): string {
  return JSON.stringify(['almanac wrapping key', id, generation]);
}

/** Asks for the master key only where a wrapping key came that is not known yet. */
export async function refreshKeyring(
  db: Kysely<Tables>,
  { keyring, source }: { readonly keyring: Keyring; readonly source: KeySource },
): Promise<Keyring> {
  const rows = await selectKeys(db).where('purpose', '=', 'secrets').execute();
  if (rows.some(({ id }) => !keyring.byId.has(id))) return openKeyring(db, source);
  const newest = newestOf(rows)?.id ?? '';
  const key = keyring.byId.get(newest);
  return key === undefined ? keyring : { ...keyring, newest: { id: newest, key } };
}

function selectKeys(db: Kysely<Tables>) {
  return db
    .selectFrom('wrappingKeys')
    .select(['wrappingKeys.id', 'wrappingKeys.purpose'])
    .select(sql<boolean>`wrapping_keys.created_at < now() - make_interval(secs => ${announcedSeconds})`.as('announced'))
    .orderBy('wrappingKeys.createdAt')
    .orderBy('wrappingKeys.id');
}

/** Of keys in the order in which they came: the last that every node knows; the first where there is no such. */
function newestOf<Key extends { readonly announced: boolean }>(keys: readonly Key[]): Key | undefined {
  return keys.findLast((each) => each.announced) ?? keys[0];
}

async function load(
  db: Kysely<Tables>,
  input: { readonly generation: number; readonly key: Buffer; readonly source: KeySource },
): Promise<Keyring> {
  const { generation, key } = input;
  const rows = await selectKeys(db)
    .leftJoin('wrappedKeys', (join) =>
      join.onRef('wrappedKeys.keyId', '=', 'wrappingKeys.id').on('wrappedKeys.generation', '=', generation),
    )
    .select('wrappedKeys.wrapped')
    .execute();
  const keys = rows.map(({ id, purpose, wrapped, announced }) => {
    if (wrapped === null)
      throw new HostFault(
        `${input.source.name} is the next one, and not every secret can be read with it yet: start with the one before, and rotate again`,
      );
    return { id, purpose, announced, key: unwrapOrRefuse({ id, generation, key, wrapped }) };
  });
  const secrets = keys.filter((each) => each.purpose === 'secrets');
  const newest = newestOf(secrets);
  const fingerprints = keys.find((each) => each.purpose === 'fingerprints');
  if (newest === undefined || fingerprints === undefined)
    throw new HostFault('the keyring in the database is incomplete; restore a backup');
  return {
    newest,
    byId: new Map(secrets.map((each) => [each.id, each.key])),
    fingerprints: fingerprints.key,
    beforeKeyring: keys.find((each) => each.purpose === 'before-keyring')?.key ?? null,
  };
}

function unwrapOrRefuse(input: Wrapping & { readonly wrapped: string }): Buffer {
  try {
    return unwrapKey(input);
  } catch (error) {
    throw new HostFault(
      'a key in the database was changed, or belongs to another installation; restore a backup',
      error,
    );
  }
}
