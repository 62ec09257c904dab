import { refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';

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

  command('liftSignInBlock', async (context, { body }) => {
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
