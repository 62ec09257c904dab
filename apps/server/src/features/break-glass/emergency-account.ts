import { type PrincipalId, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { findRole } from '#features/access';
import type { CommandContext } from '#platform/http';

export const accountName = 'break-glass';

/**
 * The account that acts in an emergency. It has no password and no token, and is active only while somebody is in by it: so
 * it is nobody's last administrator.
 */
export async function ensureAccount(context: CommandContext): Promise<PrincipalId> {
  const { db } = context;
  const role = await findRole(db, 'administrator');
  const found = await db.selectFrom('principals').selectAll().where('name', '=', accountName).executeTakeFirst();
  if (found !== undefined)
    return found.defaultRoleId === role.id && found.kind === 'service' && found.passwordHash === null
      ? found.id
      : refuse('name-taken', `somebody else is called ${accountName}; give that account another name first`);
  const id = context.newId<'principal'>();
  await db
    .insertInto('principals')
    .values({
      id,
      kind: 'service',
      name: accountName,
      displayName: 'Break glass',
      defaultRoleId: role.id,
      passwordHash: null,
      active: false,
      createdAt: context.now,
    })
    .execute();
  return id;
}

/** Puts whoever came in by it out; tokens that they made for it end, too. */
export async function closeAccount({ db }: Pick<CommandContext, 'db'>, id: PrincipalId): Promise<void> {
  await db.updateTable('principals').set({ active: false }).where('id', '=', id).execute();
  await db.deleteFrom('sessions').where('principalId', '=', id).execute();
  await db.deleteFrom('apiTokens').where('principalId', '=', id).execute();
}

/** Closes the account once nobody is in by it any more. */
export async function closeLeftAccount(context: CommandContext): Promise<void> {
  const left = await context.db
    .selectFrom('principals')
    .select('id')
    .where('name', '=', accountName)
    .where('kind', '=', 'service')
    .where('active', '=', true)
    .where(
      sql<boolean>`not exists (select from sessions where sessions.principal_id = principals.id and sessions.expires_at > now())`,
    )
    .executeTakeFirst();
  if (left !== undefined) await closeAccount(context, left.id);
}
