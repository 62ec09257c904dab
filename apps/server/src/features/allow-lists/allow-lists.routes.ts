import { actorName, type Origin, refuse, trialMinutes } from '@almanac/domain';
import { networkSetOf } from '@almanac/domain/network';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { type AllowListContent, refuseExcess } from '#features/access';
import { type CommandContext, command, type Endpoint, originOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { contentAfter, exclusionWords, presentAllowLists } from './allow-list.wire.ts';
import { type AllowListRow, exclusionsFor, holdAllowLists, isSame, putInForce, refuseShutOut } from './put-in-force.ts';

export const allowListEndpoints: readonly Endpoint[] = [
  read('getAllowLists', async ({ db }, { http }) => present(db, http.request)),

  command('changeAllowLists', async (context, { body, expectedRevision, http }) => {
    const { db, now } = context;
    const { change, row } = await holdAllowLists(context);
    if (row.revision !== expectedRevision)
      return refuse('revision-mismatch', `they are at revision ${row.revision} now; read them again`);
    const content = await contentAfter(db, { before: row.content, change: body });
    if (isSame(content, row.content)) return refuse('nothing-to-do', 'these lists are in force already');
    // Whoever holds less than a role neither widens nor narrows from where it counts.
    for (const [id, role] of change.roles)
      if (!isSameList(content.roles[id], row.content.roles[id])) refuseExcess(change, { role, as: 'default' });
    const origin = originFrom(http.request);
    if (!body.evenIfShutOut)
      await refuseShutOut(context, { content, origin, advice: 'Say evenIfShutOut where that is meant.' });
    const trialEndsAt = minutesAfter(now, body.trialMinutes);
    await putInForce(context, {
      row,
      content,
      circumstances: { cause: 'changed', trialEndsAt, ...by(context, origin) },
    });
    return present(db, http.request);
  }),

  read('previewAllowLists', async ({ db, actor }, { body, http }) => {
    const { content: before } = await db.selectFrom('allowLists').select('content').executeTakeFirstOrThrow();
    const content = await contentAfter(db, { before, change: body });
    const origin = originFrom(http.request);
    const exclusions = exclusionsFor({ actor }, { content, origin });
    return {
      shutsYouOut: await exclusionWords(db, { exclusions, address: origin.address }),
      sites: await sitesOutside(db, content),
    };
  }),

  command('confirmAllowLists', async (context, { http }) => {
    const { row } = await holdAllowLists(context);
    const onTrial = row.trialEndsAt !== null;
    if (!onTrial && !(await present(context.db, http.request)).unnoted)
      return refuse('nothing-to-do', 'nothing is on trial, and there is nothing to take note of');
    if (onTrial)
      await refuseShutOut(context, {
        content: row.content,
        origin: originFrom(http.request),
        advice: 'Somebody who stays in confirms them.',
      });
    await context.db
      .updateTable('allowLists')
      .set({ trialEndsAt: null, notedBy: actorName(context.actor), revision: row.revision + 1 })
      .execute();
    await context.record({ kind: 'allow-lists-changed', subject: { cause: 'confirmed' } });
    context.audit({ subject: 'allow-lists', detail: onTrial ? { confirmed: row.changedBy } : { noted: row.cause } });
    return present(context.db, http.request);
  }),

  command('returnAllowLists', async (context, { body, http }) => {
    const { row } = await holdAllowLists(context);
    if (row.previous === null) return refuse('wrong-state', 'there are no lists before to go back to');
    const origin = originFrom(http.request);
    if (!body.evenIfShutOut)
      await refuseShutOut(context, {
        content: row.previous,
        origin,
        advice: 'Say evenIfShutOut where that is meant.',
      });
    // Those before lists on trial were confirmed once.
    const trialEndsAt = row.trialEndsAt === null ? minutesAfter(context.now, trialMinutes.usual) : null;
    const circumstances = { cause: 'returned', trialEndsAt, ...by(context, origin) } as const;
    await putInForce(context, { row, content: row.previous, circumstances });
    return present(context.db, http.request);
  }),
];

async function present(db: Kysely<Tables>, request: FastifyRequest) {
  const row: AllowListRow = await db.selectFrom('allowLists').selectAll().executeTakeFirstOrThrow();
  return presentAllowLists(db, { row, origin: originFrom(request) });
}

/** These routes have no entrance of their own: they are used by the console or the API. */
function originFrom(request: FastifyRequest): Origin {
  return originOf(request) ?? { entrance: 'console', address: request.ip };
}

function by({ actor }: CommandContext, { address }: Origin) {
  return { changedBy: actorName(actor), changedFrom: address };
}

function minutesAfter(now: Date, minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}

function isSameList(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Sites that are there and whose agents would not be let in where they came from last. */
async function sitesOutside(db: Kysely<Tables>, content: AllowListContent) {
  const { agents } = content.entrances;
  if (agents === null) return [];
  const allowed = networkSetOf(agents);
  const rows = await db
    .selectFrom('sites')
    .select(['id', 'name', 'connectedFrom'])
    .where('connectedFrom', 'is not', null)
    .orderBy('name')
    .execute();
  return rows.flatMap(({ id, name, connectedFrom }) => (allowed.has(connectedFrom ?? '') ? [] : [{ id, name }]));
}
