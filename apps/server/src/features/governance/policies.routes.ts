import { actorName, combinePolicies } from '@almanac/domain';
import type { PolicyVersion } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { findEnvironment } from '#features/environments';
import { command, decodeCursor, type Endpoint, pageOf, read } from '#platform/http';
import type { Tables } from '#tables';
import { refuseFaultyCalendars, scopesOf, toColumns, toScope } from './scopes.ts';
import type { WakeWaiting } from './wake-waiting.ts';

export const policyEndpoints = (wakeWaiting: WakeWaiting): readonly Endpoint[] => [
  read('getPolicy', async ({ db }, { params }) => {
    const { id } = await findEnvironment(db, params.environment);
    const found: PolicyVersion[] = [];
    for (const { scope, environmentId } of await scopesOf(db, id)) {
      const row = await policyRows(db)
        .where('policies.scope', '=', scope)
        .where(sql<boolean>`policies.environment_id is not distinct from ${environmentId}`)
        .orderBy('policies.version', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row !== undefined) found.push(present(row));
    }
    const { windows, ...together } = combinePolicies(found.map((each) => each.policy));
    return {
      policies: found,
      together: {
        ...together,
        approvals: [...together.approvals],
        expedited: [...together.expedited],
        windows: windows.map((each) => [...each]),
      },
    };
  }),

  read('listPolicyVersions', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const environment = query.environment === undefined ? undefined : await findEnvironment(db, query.environment);
    const rows = await policyRows(db)
      .$if(environment !== undefined, (each) =>
        each.where('policies.environmentId', '=', environment?.id ?? ('' as never)),
      )
      .$if(cursor !== undefined, (each) => each.where('policies.id', '<', String(cursor?.[0])))
      .orderBy('policies.id', 'desc')
      .limit(query.limit + 1)
      .execute();
    return pageOf({ rows, limit: query.limit, keyOf: (row) => [row.id], present });
  }),

  command('setPolicy', async (context, { body }) => {
    const { db } = context;
    refuseFaultyCalendars(
      body.policy.windows.map((calendar, index) => ({ pointer: `/policy/windows/${index}`, calendar })),
    );
    const place = await toColumns(db, body.scope);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`policy:${place.scope}:${place.environmentId}`}, 0))`.execute(
      db,
    );
    const { last } = await db
      .selectFrom('policies')
      .select(sql<number>`coalesce(max(version), 0)`.as('last'))
      .where('scope', '=', place.scope)
      .where(sql<boolean>`environment_id is not distinct from ${place.environmentId}`)
      .executeTakeFirstOrThrow();
    const id = context.newId();
    await db
      .insertInto('policies')
      .values({
        id,
        ...place,
        version: last + 1,
        policy: JSON.stringify(body.policy),
        note: body.note,
        changedBy: actorName(context.actor),
        changedAt: context.now,
      })
      .execute();
    await wakeWaiting(context);
    await context.record({
      kind: 'governance-changed',
      subject: place.environmentId === null ? {} : { environment: place.environmentId },
    });
    const row = await policyRows(db).where('policies.id', '=', id).executeTakeFirstOrThrow();
    context.audit({ subject: `policy:${place.scope} ${row.environmentName ?? ''}`.trim(), detail: { ...body } });
    return present(row);
  }),
];

function policyRows(db: Kysely<Tables>) {
  return db
    .selectFrom('policies')
    .leftJoin('environments', 'environments.id', 'policies.environmentId')
    .selectAll('policies')
    .select('environments.name as environmentName');
}

function present(row: Awaited<ReturnType<ReturnType<typeof policyRows>['execute']>>[number]): PolicyVersion {
  const { approvals, windows, expedited, ...rest } = row.policy;
  return {
    scope: toScope(row),
    version: row.version,
    policy: { ...rest, approvals: [...approvals], windows: [...windows], expedited: [...expedited] },
    note: row.note,
    changedBy: row.changedBy,
    changedAt: row.changedAt.toISOString(),
  };
}
