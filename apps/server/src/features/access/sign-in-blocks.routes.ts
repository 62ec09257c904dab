import { type PrincipalId, refuse } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { beginAccountChange } from './change-access.ts';
import { accountInKey } from './sign-in-attempts.ts';

export const signInBlockEndpoints: readonly Endpoint[] = [
  read('listSignInBlocks', async ({ db }, { query: { limit, cursor } }) => {
    const after = decodeCursor(cursor);
    const rows = await db
      .selectFrom('signInAttempts')
      .select(['scope', 'key', 'failures'])
      .select(sql<Date>`blocked_until`.as('until'))
      .where(sql<boolean>`blocked_until > now()`)
      .$if(after !== undefined, (each) =>
        each.where(sql<boolean>`(scope, key) > (${String(after?.[0])}, ${String(after?.[1])})`),
      )
      .orderBy('scope')
      .orderBy('key')
      .limit(limit + 1)
      .execute();
    return pageOf({
      rows,
      limit,
      keyOf: (row) => [row.scope, row.key],
      present: (row) => ({ ...row, until: row.until.toISOString() }),
    });
  }),

  // Whoever lifts the blocks of an account can guess at it without end.
  command('liftSignInBlock', async (context, { body }) => {
    for (const account of await accountsOf(context.db, accountInKey(body.scope, body.key)))
      await beginAccountChange(context, account);
    const lifted = await context.db
      .deleteFrom('signInAttempts')
      .where('scope', '=', body.scope)
      .where('key', '=', body.key)
      .executeTakeFirst();
    if (lifted.numDeletedRows === 0n) return refuse('not-found', `nothing is counted for ${body.scope} ${body.key}`);
    context.audit({ subject: `sign-in-block:${body.scope} ${body.key}`.trim() });
    return undefined;
  }),
];

/** The accounts of ours for which something is counted, by name or by the person of a provider that they are linked to. */
async function accountsOf(db: Kysely<Tables>, counted: string | undefined): Promise<readonly PrincipalId[]> {
  if (counted === undefined) return [];
  const found = await sql<{ id: PrincipalId }>`
    select id from principals where name = ${counted}
    union
    select i.principal_id from external_identities i join identity_providers p on p.id = i.provider_id
    where ${counted} in (
      left(p.name || '#' || lower(btrim(normalize(i.subject, NFKC))), 200),
      left(p.name || ':' || lower(btrim(normalize(i.name, NFKC))), 200))`.execute(db);
  return found.rows.map((each) => each.id);
}
