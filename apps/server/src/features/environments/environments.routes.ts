import { decideRings, type EnvironmentId, type FleetPolicy, type PrincipalId, refuse } from '@almanac/domain';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import {
  type CommandContext,
  command,
  decodeCursor,
  type Endpoint,
  holdAtRevision,
  pageOf,
  read,
} from '#platform/http';
import { environmentRows, presentEnvironment } from './environment.wire.ts';
import { recordPlacement, recordPolicy } from './environment-policy.ts';
import { findEnvironment } from './find-environment.ts';
import { readPlacement } from './placement.ts';

/** Tells the sites of an environment what they should be; the feature that knows sites provides it. */
export type TellSites = (context: CommandContext, environment: EnvironmentId) => Promise<void>;

export function environmentEndpoints(tellSites: TellSites): readonly Endpoint[] {
  return [
    read('listEnvironments', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const rows = await environmentRows(db)
        .$if(cursor !== undefined, (each) =>
          each.where((where) =>
            where(
              where.refTuple('environments.position', 'environments.name'),
              '>',
              where.tuple(Number(cursor?.[0]), String(cursor?.[1])),
            ),
          ),
        )
        .limit(query.limit + 1)
        .execute();
      return pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.position, row.name],
        present: (row) => presentEnvironment(row, db.scope),
      });
    }),

    read('getEnvironment', async ({ db, access }, { params }) => {
      const { id } = await findEnvironment(db, params.environment);
      const row = await environmentRows(db).where('environments.id', '=', id).executeTakeFirstOrThrow();
      return presentEnvironment(row, access.scopeOf('list'));
    }),

    command('createEnvironment', async (context, { body }) => {
      const { db } = context;
      const taken = await db.selectFrom('environments').select('id').where('name', '=', body.name).executeTakeFirst();
      if (taken !== undefined) return refuse('name-taken', `an environment is called ${body.name} already`);
      const id = context.newId<'environment'>();
      const { highest } = await db
        .selectFrom('environments')
        .select(sql<number>`coalesce(max(position), -1)`.as('highest'))
        .executeTakeFirstOrThrow();
      const from = body.promotesFrom ?? null;
      const earlier = from === null ? null : await findEnvironment(db, from);
      await db
        .insertInto('environments')
        .values({
          id,
          name: body.name,
          displayName: body.displayName ?? body.name,
          type: body.type,
          position: body.order ?? highest + 1,
          promotesFrom: earlier?.id ?? null,
          following: JSON.stringify(body.following ?? { kind: 'none' }),
          ...(body.following === undefined ? {} : { followingSetBy: byWhom(context) }),
          rollout: (body.rollout ?? null) === null ? null : JSON.stringify(body.rollout),
          drift: body.drift ?? 'heal',
          rings: ringsOf(body.rings) ?? null,
          createdAt: context.now,
        })
        .execute();
      await recordPolicy(context, id);
      await context.record({ kind: 'environment-changed', subject: { environment: id } });
      context.audit({ subject: `environment:${body.name}` });
      const row = await environmentRows(db).where('environments.id', '=', id).executeTakeFirstOrThrow();
      return presentEnvironment(row, context.access.scopeOf('list'));
    }),

    command('updateEnvironment', async (context, { params, body, expectedRevision }) => {
      const { db } = context;
      const environment = await findEnvironment(db, params.environment);
      await holdAtRevision(context, { table: 'environments', id: environment.id, expected: expectedRevision });
      const present = async () =>
        presentEnvironment(
          await environmentRows(db).where('environments.id', '=', environment.id).executeTakeFirstOrThrow(),
          context.access.scopeOf('list'),
        );
      const before = await present();
      const from = body.promotesFrom ?? null;
      const earlier = from === null ? null : await findEnvironment(db, from);
      if (earlier !== null) await refuseCircle(context, { environment: environment.id, earlier: earlier.id });
      await db
        .updateTable('environments')
        .set({
          revision: sql`revision + 1`,
          ...(body.displayName === undefined ? {} : { displayName: body.displayName }),
          ...(body.type === undefined ? {} : { type: body.type }),
          ...(body.order === undefined ? {} : { position: body.order }),
          ...(body.promotesFrom === undefined ? {} : { promotesFrom: earlier?.id ?? null }),
          ...(body.following === undefined
            ? {}
            : { following: JSON.stringify(body.following), followingSetBy: byWhom(context) }),
          ...(body.rollout === undefined
            ? {}
            : { rollout: body.rollout === null ? null : JSON.stringify(body.rollout) }),
          ...(body.drift === undefined ? {} : { drift: body.drift }),
          ...(body.rings === undefined ? {} : { rings: ringsOf(body.rings) ?? null }),
        })
        .where('id', '=', environment.id)
        .execute();
      await recordPolicy(context, environment.id);
      if (body.drift !== undefined && body.drift !== environment.drift) await tellSites(context, environment.id);
      await context.record({ kind: 'environment-changed', subject: { environment: environment.id } });
      context.audit({ subject: `environment:${environment.name}`, detail: { ...body }, before });
      return present();
    }),

    command('deleteEnvironment', async (context, { params, expectedRevision }) => {
      const { db } = context;
      const environment = await findEnvironment(db, params.environment);
      await holdAtRevision(context, { table: 'environments', id: environment.id, expected: expectedRevision });
      const blockers = await sql<{ what: string }>`
      select 'site ' || name as what from sites where environment_id = ${environment.id}
      union all select 'application ' || a.name from targets t join applications a on a.id = t.application_id where t.environment_id = ${environment.id}
      union all select 'environment ' || name from environments where promotes_from = ${environment.id}
      union all select 'plan ' || number from plans where environment_id = ${environment.id}
      limit 5`.execute(db);
      if (blockers.rows.length > 0)
        return refuse('in-use', `${environment.name} still has ${blockers.rows.map((row) => row.what).join(', ')}`);
      await db.deleteFrom('environments').where('id', '=', environment.id).execute();
      await context.record({ kind: 'environment-changed', subject: { environment: environment.id } });
      context.audit({ subject: `environment:${environment.name}` });
      return undefined;
    }),

    read('getPlacement', async ({ db }, { params }) => {
      const environment = await findEnvironment(db, params.environment);
      const application = await findApplication(db, params.application);
      return readPlacement(db, { environment: environment.id, application: application.id });
    }),

    command('setPlacement', async (context, { params, body }) => {
      const environment = await findEnvironment(context.db, params.environment);
      const application = await findApplication(context.db, params.application);
      const labels = JSON.stringify(body.labels);
      await context.db
        .insertInto('placements')
        .values({ environmentId: environment.id, applicationId: application.id, labels })
        .onConflict((conflict) =>
          conflict
            .columns(['environmentId', 'applicationId'])
            .doUpdateSet({ labels, revision: sql`placements.revision + 1` }),
        )
        .execute();
      await recordPlacement(context, { environment: environment.id, application: application.id, labels: body.labels });
      await context.record({
        kind: 'environment-changed',
        subject: { environment: environment.id, application: application.id },
      });
      context.audit({
        subject: `environment:${environment.name} application:${application.name}`,
        detail: { labels: body.labels },
      });
      return readPlacement(context.db, { environment: environment.id, application: application.id });
    }),
  ];
}

/** Who is asked for when what they had followed is deployed. */
function byWhom({ actor }: CommandContext): PrincipalId | null {
  return actor.kind === 'principal' ? actor.id : null;
}

/** Rings as they are stored; those that leave sites out are refused. */
function ringsOf(rings: FleetPolicy | null | undefined): string | undefined {
  return rings == null ? undefined : JSON.stringify(decideRings(rings));
}

/** A path leads forward: nobody promotes from what is promoted from them. */
async function refuseCircle(
  context: CommandContext,
  input: { readonly environment: EnvironmentId; readonly earlier: EnvironmentId },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    with recursive earlier as (
      select id, promotes_from from environments where id = ${input.earlier}
      union select e.id, e.promotes_from from environments e join earlier on e.id = earlier.promotes_from
    ) select id from earlier where id = ${input.environment}`.execute(context.db);
  if (rows.length > 0)
    refuse('invalid-request', 'the path would lead in a circle', [
      { pointer: '/promotesFrom', detail: 'comes after this environment on the path' },
    ]);
}
