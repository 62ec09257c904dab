import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failpoint, HostFault } from '@almanac/host';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Tables } from '../../tables.ts';

/**
 * Brings the schema up to date, or up to one migration where a backup of that time is filled in: plain SQL files in the
 * order of their numbers, each once, under a lock, forward only.
 *
 * @throws {HostFault} when the database, or the backup, was made by a newer Almanac
 */
export async function migrate(db: Kysely<Tables>, directory: string, last?: string): Promise<void> {
  const migrations: Record<string, Migration> = {};
  for (const file of (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()) {
    const text = await readFile(join(directory, file), 'utf8');
    migrations[file.replace(/\.sql$/, '')] = {
      up: async (target) => {
        failpoint('migration-before');
        await sql.raw(text).execute(target);
        failpoint('migration-after');
      },
    };
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  if (last !== undefined && migrations[last] === undefined)
    throw new HostFault(`the backup was made by a newer Almanac (${last}); restore it with that version`);
  const { error } = await (last === undefined ? migrator.migrateToLatest() : migrator.migrateTo(last));
  if (error === undefined) return;
  if (error instanceof Error && /previously executed migration/i.test(error.message)) {
    throw new HostFault(
      'the database was made by a newer Almanac: start that version, or choose another ALMANAC_DATA or DATABASE_URL',
      error,
    );
  }
  throw error instanceof Error ? error : new Error('the schema cannot be brought up to date', { cause: error });
}
