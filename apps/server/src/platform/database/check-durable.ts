import { HostFault } from '@almanac/host';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../tables.ts';

const oldestVersion = 150_000;

/** What must hold for an acknowledged change to survive a power cut, and the reason why it does. */
const required = [
  { setting: 'fsync', value: 'on' },
  { setting: 'full_page_writes', value: 'on' },
] as const;

/**
 * Refuses a PostgreSQL that is too old, or that would lose what it acknowledged.
 *
 * @throws {HostFault} naming the setting
 */
export async function checkDurable(db: Kysely<Tables>): Promise<{ readonly version: string }> {
  const rows = await readSettings(db);
  const settings = new Map(rows.map((row) => [row.name, row.setting]));
  if (Number(settings.get('server_version_num')) < oldestVersion) {
    throw new HostFault(`PostgreSQL ${settings.get('server_version')} is too old; 15 or newer is needed`);
  }
  const wrong = required.find((each) => settings.get(each.setting) !== each.value);
  if (wrong !== undefined)
    throw new HostFault(
      `PostgreSQL has ${wrong.setting}=${settings.get(wrong.setting)}: acknowledged changes could be lost; set it to ${wrong.value}`,
    );
  if (settings.get('synchronous_commit') === 'off')
    throw new HostFault('PostgreSQL has synchronous_commit=off: acknowledged changes could be lost; set it to on');
  if (settings.get('data_sync_retry') === 'on')
    throw new HostFault('PostgreSQL has data_sync_retry=on: failed writes could pass as done; set it to off');
  return { version: settings.get('server_version') ?? '' };
}

async function readSettings(
  db: Kysely<Tables>,
): Promise<readonly { readonly name: string; readonly setting: string }[]> {
  try {
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_sync_retry', 'server_version', 'server_version_num')`.execute(
      db,
    );
    return rows;
  } catch (error) {
    throw new HostFault(
      `the database cannot be used (see DATABASE_URL): ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}
