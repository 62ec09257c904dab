import { refuse } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { ownId } from './present-principal.ts';
import { hashToken, newToken } from './tokens.ts';

export const apiTokenEndpoints: readonly Endpoint[] = [
  read('listApiTokens', async ({ db, actor }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const rows = await db
      .selectFrom('apiTokens')
      .selectAll()
      .where('principalId', '=', ownId(actor))
      .$if(cursor !== undefined, (each) => each.where('createdAt', '<', new Date(String(cursor?.[0]))))
      .orderBy('createdAt', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.createdAt.toISOString()], present: presentToken });
  }),

  command('createApiToken', async (context, { body }) => {
    const secret = newToken('alm_');
    const row = {
      id: context.newId<'api-token'>(),
      principalId: ownId(context.actor),
      name: body.name,
      prefix: secret.slice(0, 10),
      tokenHash: hashToken(secret),
      createdAt: context.now,
      lastUsedAt: null,
      expiresAt:
        body.expiresInDays === undefined ? null : new Date(context.now.getTime() + body.expiresInDays * 86_400_000),
    };
    await context.db.insertInto('apiTokens').values(row).execute();
    context.audit({ subject: `api-token:${row.prefix}`, detail: { name: row.name } });
    return { ...presentToken(row), secret };
  }),

  command('deleteApiToken', async (context, { params }) => {
    const removed = await context.db
      .deleteFrom('apiTokens')
      .where('id', '=', params.id)
      .where('principalId', '=', ownId(context.actor))
      .executeTakeFirst();
    if (removed.numDeletedRows === 0n) return refuse('not-found', 'you have no such API token');
    return undefined;
  }),
];

function presentToken(row: {
  id: ApiToken['id'];
  name: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
}): ApiToken {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
