import { type ApiTokenId, type PrincipalId, refuse } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { readNumbers } from '#features/security-numbers';
import {
  type CommandContext,
  command,
  decodeCursor,
  type Endpoint,
  momentInCursor,
  pageOf,
  read,
} from '#platform/http';
import type { Tables } from '#tables';
import { endOfToken, makeApiToken, makerOf, presentToken, withinMaker } from './api-tokens.ts';
import { beginAccountChange } from './change-access.ts';
import { findPrincipal } from './find-principal.ts';
import { ownId } from './present-principal.ts';

export const apiTokenEndpoints: readonly Endpoint[] = [
  read('listApiTokens', ({ db, actor }, { query }) => listTokens(db, ownId(actor), query)),

  command('createApiToken', async (context, { body, http }) => {
    const maker = await makerOf(context, http);
    const made = await makeApiToken(context, {
      ...maker,
      ...withinMaker(maker, { expiresAt: await endOfToken(context, body.expiresInDays), limits: body.limits }),
      principal: ownId(context.actor),
      name: body.name,
    });
    auditToken(context, made);
    return made;
  }),

  command('rotateApiToken', async (context, { params, body, http }) => {
    const { db, now } = context;
    const old = await db
      .selectFrom('apiTokens')
      .selectAll()
      .where('id', '=', params.id)
      .where('principalId', '=', ownId(context.actor))
      .forUpdate()
      .executeTakeFirst();
    if (old === undefined) return refuse('not-found', 'you have no such API token');
    if (old.replacedBy !== null) return refuse('wrong-state', `${old.name} was replaced already`);
    if (old.expiresAt === null) return refuse('wrong-state', 'the server makes this token anew when it starts');
    const numbers = await readNumbers(db);
    // It lasts as long as the one before, as far as tokens last so long now.
    const longest = numbers['token-longest'] * 86_400_000;
    const lasts = Math.min(longest, old.expiresAt.getTime() - old.createdAt.getTime());
    // A token may renew itself; for any other one it must not be less than that.
    const maker = await makerOf(context, http);
    const itself = maker.parentId === old.id;
    const expiresAt = new Date(now.getTime() + lasts);
    const made = await makeApiToken(context, {
      ...(itself ? { expiresAt, limits: old.limits } : withinMaker(maker, { expiresAt, limits: old.limits })),
      principal: old.principalId,
      name: old.name,
      parentId: old.parentId,
      provedUntil: null,
    });
    const overlapHours = body.overlapHours ?? numbers['token-overlap'];
    const overlap = new Date(now.getTime() + overlapHours * 3_600_000);
    await db
      .updateTable('apiTokens')
      .set({ replacedBy: made.id, expiresAt: overlap < old.expiresAt ? overlap : old.expiresAt })
      .where('id', '=', old.id)
      .execute();
    // What was made with the old one goes on under the one that took its place.
    await db.updateTable('apiTokens').set({ parentId: made.id }).where('parentId', '=', old.id).execute();
    auditToken(context, made, { replaces: old.prefix, overlapHours });
    return made;
  }),

  command('deleteApiToken', (context, { params }) => revoke(context, { id: params.id, of: ownId(context.actor) })),

  read('listApiTokensOf', async ({ db }, { params, query }) =>
    listTokens(db, (await findPrincipal(db, params.principal)).id, query),
  ),

  command('createApiTokenFor', async (context, { params, body, http }) => {
    const { account: found } = await beginAccountChange(context, params.principal);
    if (found.kind !== 'service')
      return refuse('wrong-state', `${found.name} is a person, who makes their tokens themselves`);
    if (!found.active) return refuse('wrong-state', `${found.name} is deactivated; activate the account first`);
    const maker = await makerOf(context, http);
    const made = await makeApiToken(context, {
      ...withinMaker(maker, { expiresAt: await endOfToken(context, body.expiresInDays), limits: body.limits }),
      principal: found.id,
      name: body.name,
      parentId: null,
      provedUntil: null,
    });
    auditToken(context, made, { of: found.name });
    return made;
  }),

  command('revokeApiTokenOf', async (context, { params }) =>
    revoke(context, { id: params.id, of: (await beginAccountChange(context, params.principal)).account.id }),
  ),
];

async function listTokens(
  db: Kysely<Tables>,
  principal: PrincipalId,
  query: { readonly limit: number; readonly cursor?: string | undefined },
) {
  const cursor = decodeCursor(query.cursor);
  const rows = await db
    .selectFrom('apiTokens')
    .selectAll()
    .where('principalId', '=', principal)
    .$if(cursor !== undefined, (each) => each.where('createdAt', '<', momentInCursor(cursor?.[0])))
    .orderBy('createdAt', 'desc')
    .limit(query.limit + 1)
    .execute();
  return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.createdAt.toISOString()], present: presentToken });
}

async function revoke(
  context: CommandContext,
  given: { readonly id: ApiTokenId; readonly of: PrincipalId },
): Promise<undefined> {
  const removed = await context.db
    .deleteFrom('apiTokens')
    .where('id', '=', given.id)
    .where('principalId', '=', given.of)
    .returning(['prefix', 'name'])
    .executeTakeFirst();
  if (removed === undefined) return refuse('not-found', 'there is no such API token');
  context.audit({ subject: `api-token:${removed.prefix}`, detail: { name: removed.name } });
  return undefined;
}

function auditToken(context: CommandContext, made: ApiToken, more: Readonly<Record<string, unknown>> = {}): void {
  const { name, limits, expiresAt } = made;
  context.audit({ subject: `api-token:${made.prefix}`, detail: { name, limits, expiresAt, ...more }, after: null });
}
