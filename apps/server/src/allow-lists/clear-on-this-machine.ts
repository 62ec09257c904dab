import { HostFault } from '@almanac/host';
import { sql } from 'kysely';
import { clearAllowLists } from '#features/allow-lists';
import { accessOf } from '#features/authorization';
import { openDatabase } from '#platform/database';
import { type Installation, openBesideServer } from '../backup/open-for-maintenance.ts';
import { createInTransaction } from '../platform/transaction.ts';

/**
 * Lifts every allow list of an installation, while its server runs or not. Gives whether there was any.
 *
 * @throws {HostFault} with one sentence when it cannot
 */
export async function clearOnThisMachine(installation: Installation): Promise<boolean> {
  const opened = await openBesideServer(installation);
  const database = openDatabase({ config: opened.connection, onError: () => undefined });
  try {
    const { rows } = await sql<{ present: boolean }>`select to_regclass('allow_lists') is not null as present`.execute(
      database.db,
    );
    if (rows[0]?.present !== true)
      throw new HostFault('the database holds no installation of this version; start the server once');
    const inTransaction = createInTransaction({ db: database.db, accessOf, onCommitted: () => undefined });
    const actor = { kind: 'system', name: "the server's machine" } as const;
    return await inTransaction({ actor, action: 'allow-lists-cleared' }, clearAllowLists);
  } finally {
    await database.close();
    await opened.close();
  }
}
