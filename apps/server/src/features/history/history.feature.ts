import { findApplication } from '#features/applications';
import { referencesOf } from '#features/builds';
import { findEnvironment } from '#features/environments';
import type { Feature } from '#platform/feature';
import { decodeCursor, encodeCursor, read } from '#platform/http';

export const historyFeature: Feature = {
  name: 'history',
  endpoints: [
    read('listHistory', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const environment = query.environment === undefined ? undefined : await findEnvironment(db, query.environment);
      const application = query.application === undefined ? undefined : await findApplication(db, query.application);
      const rows = await db
        .selectFrom('history')
        .innerJoin('environments', 'environments.id', 'history.environmentId')
        .leftJoin('applications', 'applications.id', 'history.applicationId')
        .selectAll('history')
        .select(['environments.name as environmentName', 'applications.name as applicationName'])
        .$if(environment !== undefined, (each) =>
          each.where('history.environmentId', '=', environment?.id ?? ('' as never)),
        )
        .$if(application !== undefined, (each) =>
          each.where('history.applicationId', '=', application?.id ?? ('' as never)),
        )
        .$if(cursor !== undefined, (each) =>
          each.where((where) =>
            where(
              where.refTuple('history.at', 'history.id'),
              '<',
              where.tuple(new Date(String(cursor?.[0])), String(cursor?.[1])),
            ),
          ),
        )
        .orderBy('history.at', 'desc')
        .orderBy('history.id', 'desc')
        .limit(query.limit + 1)
        .execute();
      const page = rows.slice(0, query.limit);
      const references = await referencesOf(
        db,
        page.flatMap((row) => [row.beforeBuildId, row.afterBuildId]),
      );
      const last = page.at(-1);
      return {
        items: page.map((row) => ({
          id: row.id,
          at: row.at.toISOString(),
          environment: { id: row.environmentId, name: row.environmentName },
          application: { id: row.applicationId, name: row.applicationName ?? 'gone' },
          kind: row.kind,
          before: row.beforeBuildId === null ? null : (references.get(row.beforeBuildId) ?? null),
          after: row.afterBuildId === null ? null : (references.get(row.afterBuildId) ?? null),
          plan: { id: row.planId, number: row.planNumber },
          by: row.byWhom,
          detail: row.detail,
        })),
        next: rows.length > query.limit && last !== undefined ? encodeCursor([last.at.toISOString(), last.id]) : null,
      };
    }),
  ],
};
