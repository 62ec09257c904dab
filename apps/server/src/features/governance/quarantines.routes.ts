import { actorName, refuse } from '@almanac/domain';
import type { Quarantine } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { findApplication } from '#features/applications';
import { referencesOf } from '#features/builds';
import { command, decodeCursor, type Endpoint, encodeCursor, read } from '#platform/http';
import { beyondScope, type SourceOf } from '#scope';
import type { Tables } from '#tables';
import { findBuild } from './find-build.ts';
import { quarantineBuild } from './quarantine.ts';
import type { WakeWaiting } from './wake-waiting.ts';

export const quarantineEndpoints = (wakeWaiting: WakeWaiting): readonly Endpoint[] => [
  read('listQuarantines', async ({ db }, { query }) => {
    const cursor = decodeCursor(query.cursor);
    const whole = beyondScope(db, 'builds of rows that the scope let through');
    const application = query.application === undefined ? undefined : await findApplication(whole, query.application);
    const rows = await quarantineRows(db)
      .$if(application !== undefined, (each) =>
        each.where('quarantines.applicationId', '=', application?.id ?? ('' as never)),
      )
      .$if(query.past !== true, (each) => each.where('quarantines.liftedAt', 'is', null))
      .$if(cursor !== undefined, (each) => each.where('quarantines.id', '<', String(cursor?.[0]) as Quarantine['id']))
      .orderBy('quarantines.id', 'desc')
      .limit(query.limit + 1)
      .execute();
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: await present(whole, page),
      next: rows.length > query.limit && last !== undefined ? encodeCursor([last.id]) : null,
    };
  }),

  command('createQuarantine', async (context, { body }) => {
    const application = await findApplication(context.db, body.application);
    const build = await findBuild(context.db, { application, build: body.build });
    const id = await quarantineBuild(context, { application: application.id, build: build.id, reason: body.reason });
    await wakeWaiting(context);
    context.audit({
      subject: `application:${application.name}`,
      detail: { build: build.number, label: build.label, reason: body.reason },
    });
    return oneQuarantine(context.db, id);
  }),

  command('liftQuarantine', async (context, { params, body }) => {
    const { db } = context;
    const id = await findHeld(db, params.quarantine);
    const lifted = await db
      .updateTable('quarantines')
      .set({ liftedBy: actorName(context.actor), liftedAt: context.now, liftReason: body.reason })
      .where('id', '=', id)
      .where('liftedAt', 'is', null)
      .returning(['applicationId', 'buildId'])
      .executeTakeFirst();
    if (lifted === undefined) return refuse('wrong-state', 'it was lifted already');
    await wakeWaiting(context);
    await context.record({
      kind: 'governance-changed',
      subject: { application: lifted.applicationId, build: lifted.buildId },
    });
    const quarantine = await oneQuarantine(db, id);
    context.audit({
      subject: `application:${quarantine.application.name}`,
      detail: { build: quarantine.build.label, reason: body.reason },
    });
    return quarantine;
  }),
];

/** A quarantine by its key, or by `application@version`. */
async function findHeld(db: Kysely<Tables>, reference: string): Promise<Quarantine['id']> {
  if (z.uuid().safeParse(reference).success) {
    const found = await db
      .selectFrom('quarantines')
      .select('id')
      .where('id', '=', reference as Quarantine['id'])
      .executeTakeFirst();
    return found?.id ?? refuse('not-found', `there is no quarantine ${reference}`);
  }
  const [name = '', version] = reference.split('@');
  if (version === undefined)
    return refuse('not-found', `there is no quarantine ${reference}; name application@version`);
  const application = await findApplication(db, name);
  const build = await findBuild(db, { application, build: version });
  const found = await db
    .selectFrom('quarantines')
    .select('id')
    .where('buildId', '=', build.id)
    .orderBy('liftedAt', (order) => order.desc().nullsFirst())
    .limit(1)
    .executeTakeFirst();
  return found?.id ?? refuse('not-found', `${name} ${version} is not in quarantine`);
}

function quarantineRows(db: SourceOf<'quarantines'>) {
  return db
    .selectFrom('quarantines')
    .innerJoin('applications', 'applications.id', 'quarantines.applicationId')
    .selectAll('quarantines')
    .select('applications.name as applicationName');
}

async function oneQuarantine(db: Kysely<Tables>, id: Quarantine['id']): Promise<Quarantine> {
  const rows = await quarantineRows(db).where('quarantines.id', '=', id).execute();
  const [quarantine] = await present(db, rows);
  return quarantine ?? refuse('not-found', 'the quarantine is gone');
}

async function present(
  db: Kysely<Tables>,
  rows: Awaited<ReturnType<ReturnType<typeof quarantineRows>['execute']>>,
): Promise<Quarantine[]> {
  const references = await referencesOf(
    db,
    rows.map((row) => row.buildId),
  );
  return rows.flatMap((row) => {
    const build = references.get(row.buildId);
    if (build === undefined) return [];
    return [
      {
        id: row.id,
        application: { id: row.applicationId, name: row.applicationName },
        build,
        reason: row.reason,
        createdBy: row.createdBy,
        createdAt: row.createdAt.toISOString(),
        liftedBy: row.liftedBy,
        liftedAt: row.liftedAt?.toISOString() ?? null,
        liftReason: row.liftReason,
      },
    ];
  });
}
