import { refuse } from '@almanac/domain';
import { referencesOf } from '#features/builds';
import { findEnvironment } from '#features/environments';
import type { Feature } from '#platform/feature';
import { command, decodeCursor, encodeCursor, read } from '#platform/http';
import { beyondScope } from '#scope';

export const holdsFeature: Feature = {
  name: 'holds',
  endpoints: [
    read('listHolds', async ({ db }, { params, query }) => {
      const whole = beyondScope(db, 'builds of rows that the scope let through');
      const environment = await findEnvironment(whole, params.environment);
      const cursor = decodeCursor(query.cursor);
      const rows = await db
        .selectFrom('followingHolds')
        .innerJoin('applications', 'applications.id', 'followingHolds.applicationId')
        .selectAll('followingHolds')
        .select('applications.name')
        .where('environmentId', '=', environment.id)
        .$if(cursor !== undefined, (each) => each.where('followingHolds.id', '<', String(cursor?.[0])))
        .orderBy('followingHolds.id', 'desc')
        .limit(query.limit + 1)
        .execute();
      const page = rows.slice(0, query.limit);
      const references = await referencesOf(
        whole,
        page.map((row) => row.buildId),
      );
      const last = page.at(-1);
      return {
        items: page.flatMap((row) => {
          const build = references.get(row.buildId);
          if (build === undefined) return [];
          return [
            {
              id: row.id,
              application: { id: row.applicationId, name: row.name },
              build,
              reason: `${row.byWhom} went back from ${build.label} by plan ${row.planNumber}`,
              plan: row.planNumber,
              by: row.byWhom,
              at: row.at.toISOString(),
            },
          ];
        }),
        next: rows.length > query.limit && last !== undefined ? encodeCursor([last.id]) : null,
      };
    }),

    command('liftHold', async (context, { params }) => {
      const environment = await findEnvironment(context.db, params.environment);
      const lifted = await context.db
        .deleteFrom('followingHolds')
        .where('environmentId', '=', environment.id)
        .where('id', '=', params.hold)
        .returning('commit')
        .executeTakeFirst();
      if (lifted === undefined)
        return refuse('not-found', `${environment.name} has no such hold; it was lifted already`);
      await context.record({ kind: 'environment-changed', subject: { environment: environment.id } });
      context.audit({ subject: `environment:${environment.name}`, detail: { commit: lifted.commit } });
      return undefined;
    }),
  ],
};
