import { rm } from 'node:fs/promises';
import { HostFault, newPrivateKey, privateKeyFromPem, publicSigningKey, readPrivateFile } from '@almanac/host';
import type { Kysely } from 'kysely';
import { Secret, type SecretBox } from '#platform/secrets';
import type { Tables } from '#tables';
import { signingKeyUse } from './server-keys.ts';

/**
 * Makes the first signing key at the first start. An installation of before kept its only key in a file: it becomes the first
 * one, and the file goes once the key is in the database.
 *
 * @throws {HostFault} when there is a file that cannot be used, or no key though sites enrolled: another key in its place would be
 * obeyed by no site
 */
export async function ensureSigningKey(
  db: Kysely<Tables>,
  { box, file }: { readonly box: SecretBox; readonly file: string },
): Promise<void> {
  const kept = await readPrivateFile(file);
  await db.transaction().execute(async (trx) => {
    await trx.selectFrom('installation').select('id').forUpdate().executeTakeFirstOrThrow();
    const found = await trx.selectFrom('signingKeys').select('keyId').limit(1).executeTakeFirst();
    if (found !== undefined) return;
    if (kept === undefined) await refuseWithSites(trx);
    const pem = kept ?? newPrivateKey('Ed25519');
    const { keyId, publicKey } = publicSigningKey(keyOf(pem, file));
    await trx
      .insertInto('signingKeys')
      .values({
        keyId,
        number: 1,
        publicKey,
        envelope: box.close(new Secret(pem), signingKeyUse(keyId)),
        createdAt: new Date(),
        createdBy: 'server',
        retiredAt: null,
        retiredBy: null,
      })
      .execute();
    // All agents enrolled with the only key that there was.
    await trx
      .updateTable('sites')
      .set({ trustedKeys: [keyId] })
      .where('signingKey', 'is not', null)
      .execute();
  });
  if (kept !== undefined) await rm(file);
}

async function refuseWithSites(db: Kysely<Tables>): Promise<void> {
  const enrolled = await db
    .selectFrom('sites')
    .select('name')
    .where('signingKey', 'is not', null)
    .orderBy('name')
    .execute();
  if (enrolled.length === 0) return;
  const names = enrolled.slice(0, 5).map(({ name }) => name);
  const others = enrolled.length > names.length ? ` and ${enrolled.length - names.length} others` : '';
  throw new HostFault(
    `there are no signing keys in the database, and ${names.join(', ')}${others} obey no other; restore the database from a backup`,
  );
}

function keyOf(pem: string, file: string): ReturnType<typeof privateKeyFromPem> {
  try {
    return privateKeyFromPem(pem);
  } catch (error) {
    throw new HostFault(`${file} holds no whole key; restore it from a backup, sites obey no other`, error);
  }
}
