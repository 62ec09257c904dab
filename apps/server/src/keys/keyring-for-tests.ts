import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningPostgres, startPostgres } from '@almanac/host';
import { type Database, migrate, openDatabase } from '#platform/database';
import { openSecretBox, ownKeyFile, Secret } from '#platform/secrets';
import { addWrappingKey } from '../platform/secrets/keyring.ts';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));

/** An installation without a server: a database, a key, and secrets in envelopes under many keys. */
export async function openKeyringForTests(data: string, wrappingKeys: number) {
  const postgres: RunningPostgres = await startPostgres({
    dataDirectory: join(data, 'postgres'),
    logFile: join(data, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
  });
  const onError = (error: unknown) => {
    throw error;
  };
  const database: Database = openDatabase({ config: postgres.connection, onError });
  await migrate(database.db, migrations);
  const keyFile = join(data, 'keys', 'secrets.key');
  const open = () => openSecretBox(database.db, ownKeyFile(keyFile));
  const secrets = new Map<string, string>();
  const keep = async (id: string) =>
    secrets.set(id, (await open()).close(new Secret(`secret of ${id}`), { kind: 'test', id }));
  await keep('first');
  const key = await ownKeyFile(keyFile).read();
  if (key === undefined) throw new Error('the key of a test is missing');
  for (let count = 1; count < wrappingKeys; count += 1)
    await addWrappingKey(database.db, {
      purpose: 'secrets',
      content: randomBytes(32),
      under: [{ generation: 1, key }],
    });
  return {
    db: database.db,
    keyFile,
    open,
    keep,
    envelopes: secrets,
    /** Whoever starts now reads every secret; says which it could not. */
    unreadable: async (): Promise<readonly string[]> => {
      const box = await open();
      return [...secrets].flatMap(([id, envelope]) =>
        box.open(envelope, { kind: 'test', id }).reveal() === `secret of ${id}` ? [] : [id],
      );
    },
    close: async () => {
      await database.close();
      await postgres.stop();
    },
  };
}
