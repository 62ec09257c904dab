import { refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { ownId } from './present-principal.ts';
import { sessionOf } from './sessions.ts';

export const sessionEndpoints: readonly Endpoint[] = [
  read('listSessions', async ({ db, actor }, { query: { limit, cursor }, http }) => {
    const before = decodeCursor(cursor);
    const rows = await db
      .selectFrom('sessions')
      .selectAll()
      .where('principalId', '=', ownId(actor))
      .where(sql<boolean>`expires_at > now()`)
      .$if(before !== undefined, (each) =>
        each.where(
          sql<boolean>`(created_at, id) < (${String(before?.[0])}::timestamptz, ${String(before?.[1])}::uuid)`,
        ),
      )
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const current = sessionOf(http);
    return pageOf({
      rows,
      limit,
      keyOf: (row) => [row.createdAt.toISOString(), row.id],
      present: ({ id, createdAt, lastSeenAt, address, userAgent, tokenHash }) => ({
        id,
        createdAt: createdAt.toISOString(),
        lastSeenAt: lastSeenAt.toISOString(),
        address,
        userAgent,
        current: tokenHash === current,
      }),
    });
  }),

  command('endSession', async (context, { params }) => {
    const ended = await context.db
      .deleteFrom('sessions')
      .where('id', '=', params.session)
      .where('principalId', '=', ownId(context.actor))
      .executeTakeFirst();
    if (ended.numDeletedRows === 0n) return refuse('not-found', 'you have no such session');
    return undefined;
  }),
];
