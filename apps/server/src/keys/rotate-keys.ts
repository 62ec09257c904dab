import type { RotationStep } from '@almanac/domain';
import { HostFault } from '@almanac/host';
import { sql } from 'kysely';
import { accessOf } from '#features/authorization';
import { openDatabase } from '#platform/database';
import {
  type KeyPlace,
  keySourceOf,
  masterKeyFile,
  ownKeyFile,
  type Rotation,
  rotateMasterKey,
  sourceOfMasterKey,
} from '#platform/secrets';
import { type Installation, openBesideServer } from '../backup/open-for-maintenance.ts';
import { createInTransaction } from '../platform/transaction.ts';

export interface KeyRotation {
  readonly installation: Installation;
  /** Where the server reads its master key; a file in the data directory when absent. */
  readonly present: KeyPlace | undefined;
  /** The key that the operator wants next; one that is made here when absent. */
  readonly next: KeyPlace | undefined;
}

/** Few enough that one transaction is short, many enough that the whole is. */
const batch = 200;

/**
 * Rotates the master key of an installation, while its server runs or not.
 *
 * @throws {HostFault} with one sentence when it cannot; whatever was done so far stays, and is gone on with the next time
 */
export async function rotateKeys(
  input: KeyRotation,
): Promise<{ readonly end: 'done' | 'wait-for-operator'; readonly steps: readonly RotationStep['kind'][] }> {
  const opened = await openBesideServer(input.installation);
  const database = openDatabase({ config: opened.connection, onError: () => undefined });
  try {
    const { rows } = await sql<{ present: boolean }>`select to_regclass('wrapped_keys') is not null as present`.execute(
      database.db,
    );
    if (rows[0]?.present !== true)
      throw new HostFault('the database holds no installation of this version; start the server once');
    const steps: RotationStep['kind'][] = [];
    const inTransaction = createInTransaction({ db: database.db, accessOf, onCommitted: () => undefined });
    const end = await rotateMasterKey({ inTransaction, batch, ...sourcesOf(input) }, (step) => steps.push(step.kind));
    return { end, steps };
  } finally {
    await database.close();
    await opened.close();
  }
}

function sourcesOf(input: KeyRotation): Pick<Rotation, 'usual' | 'next' | 'files'> {
  const { present, installation } = input;
  const usual = sourceOfMasterKey({ masterKey: present, data: installation.data });
  if (input.next !== undefined) return { usual, next: keySourceOf(input.next) };
  if (present?.kind === 'command')
    // Nothing is left to do with a next key, or the operator has to name one.
    return { usual, next: { name: 'the next key (--to-command, --to-file)', read: async () => undefined } };
  const file = present?.path ?? masterKeyFile(installation.data);
  return { usual, next: ownKeyFile(`${file}.next`), files: { next: `${file}.next`, usual: file } };
}
