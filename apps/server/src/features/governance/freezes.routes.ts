import { actorName, refuse } from '@almanac/domain';
import { frozenNow } from '@almanac/domain/governance';
import type { Freeze } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { findEnvironment } from '#features/environments';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import { beyondScope, type SourceOf } from '#scope';
import type { Tables } from '#tables';
import { refuseFaultyCalendars, scopesOf, toColumns, toScope } from './scopes.ts';
import type { WakeWaiting } from './wake-waiting.ts';

export const freezeEndpoints = (wakeWaiting: WakeWaiting): readonly Endpoint[] => [
  read('listFreezes', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const whole = beyondScope(db, 'the environment was asked for and may be listed');
    const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
    const scopes = environment === undefined ? undefined : await scopesOf(whole, environment.id);
    const rows = await freezeRows(db)
      .$if(scopes !== undefined, (each) =>
        each.where((where) =>
          where.or(
            (scopes ?? []).map(
              ({ scope, environmentId }) =>
                sql<boolean>`freezes.scope = ${scope} and freezes.environment_id is not distinct from ${environmentId}`,
            ),
          ),
        ),
      )
      .$if(query.past !== true, (each) =>
        each
          .where('freezes.liftedAt', 'is', null)
          .where(sql<boolean>`(freezes.ends_at is null or freezes.ends_at > now())`),
      )
      .$if(cursor !== undefined, (each) => each.where('freezes.id', '<', String(cursor?.[0]) as Freeze['id']))
      .orderBy('freezes.id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.id], present });
  }),

  command('createFreeze', async (context, { body }) => {
    const { db } = context;
    if (body.calendar !== null) refuseFaultyCalendars([{ pointer: '/calendar', calendar: body.calendar }]);
    const beginsAt = body.from === undefined ? context.now : new Date(body.from);
    const endsAt = body.until === null ? null : new Date(body.until);
    if (endsAt !== null && endsAt <= beginsAt)
      refuse('invalid-request', 'the freeze would end before it begins', [
        { pointer: '/until', detail: 'is not after its begin' },
      ]);
    const place = await toColumns(db, body.scope);
    const id = context.newId<'freeze'>();
    await db
      .insertInto('freezes')
      .values({
        id,
        name: body.name,
        ...place,
        reason: body.reason,
        beginsAt,
        endsAt,
        calendar: body.calendar === null ? null : JSON.stringify(body.calendar),
        createdBy: actorName(context.actor),
        createdAt: context.now,
        liftedBy: null,
        liftedAt: null,
        liftReason: null,
      })
      .execute();
    await wakeWaiting(context);
    await context.record({
      kind: 'governance-changed',
      subject: place.environmentId === null ? {} : { environment: place.environmentId },
    });
    context.audit({ subject: `freeze:${body.name}`, detail: { scope: body.scope, reason: body.reason } });
    return oneFreeze(db, id);
  }),

  command('liftFreeze', async (context, { params, body }) => {
    const { db } = context;
    const byKey = z.uuid().safeParse(params.freeze).success;
    const found = await db
      .selectFrom('freezes')
      .selectAll()
      .where((where) => where(byKey ? 'id' : 'name', '=', params.freeze as never))
      .orderBy(sql`lifted_at nulls first`)
      .orderBy('id', 'desc')
      .forUpdate()
      .limit(1)
      .executeTakeFirst();
    if (found === undefined) return refuse('not-found', `there is no freeze ${params.freeze}`);
    if (found.liftedAt !== null) return refuse('wrong-state', `${found.name} was lifted already by ${found.liftedBy}`);
    await db
      .updateTable('freezes')
      .set({ liftedBy: actorName(context.actor), liftedAt: context.now, liftReason: body.reason })
      .where('id', '=', found.id)
      .execute();
    await wakeWaiting(context);
    await context.record({
      kind: 'governance-changed',
      subject: found.environmentId === null ? {} : { environment: found.environmentId },
    });
    context.audit({ subject: `freeze:${found.name}`, detail: { reason: body.reason } });
    return oneFreeze(db, found.id);
  }),
];

function freezeRows(db: SourceOf<'freezes'>) {
  return db
    .selectFrom('freezes')
    .leftJoin('environments', 'environments.id', 'freezes.environmentId')
    .selectAll('freezes')
    .select(['environments.name as environmentName', sql<Date>`now()`.as('now')]);
}

async function oneFreeze(db: Kysely<Tables>, id: Freeze['id']): Promise<Freeze> {
  return present(await freezeRows(db).where('freezes.id', '=', id).executeTakeFirstOrThrow());
}

function present(row: Awaited<ReturnType<ReturnType<typeof freezeRows>['execute']>>[number]): Freeze {
  const facts = {
    name: row.name,
    reason: row.reason,
    by: row.createdBy,
    from: row.beginsAt.getTime(),
    until: row.endsAt?.getTime() ?? null,
    calendar: row.calendar,
  };
  return {
    id: row.id,
    name: row.name,
    scope: toScope(row),
    reason: row.reason,
    from: row.beginsAt.toISOString(),
    until: row.endsAt?.toISOString() ?? null,
    calendar: row.calendar,
    holds: row.liftedAt === null && frozenNow([facts], row.now.getTime()) !== null,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    liftedBy: row.liftedBy,
    liftedAt: row.liftedAt?.toISOString() ?? null,
    liftReason: row.liftReason,
  };
}
