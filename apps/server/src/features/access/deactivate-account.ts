import type { PrincipalId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

/**
 * Deactivates an account with all by which it could still be used; streams and waits that are open end within five seconds.
 * Whoever calls this refuses what would leave nobody to manage the installation.
 */
export async function deactivateAccount(db: Kysely<Tables>, principal: PrincipalId): Promise<void> {
  await db.updateTable('principals').set({ active: false }).where('id', '=', principal).execute();
  await db.deleteFrom('sessions').where('principalId', '=', principal).execute();
  await db.deleteFrom('apiTokens').where('principalId', '=', principal).execute();
  await db.deleteFrom('passwordLinks').where('principalId', '=', principal).execute();
  await db.deleteFrom('arrivals').where('principalId', '=', principal).execute();
}
