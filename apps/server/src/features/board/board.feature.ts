import { environmentRows, presentEnvironment } from '#features/environments';
import type { Feature } from '#platform/feature';
import { decodeCursor, encodeCursor, read } from '#platform/http';
import { boardRows } from './board.view.ts';

export const boardFeature: Feature = {
  name: 'board',
  endpoints: [
    read('getBoard', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      // The position is read first: what changes while the board is read comes as an event after it.
      const head = await db.selectFrom('outboxHead').select('position').executeTakeFirstOrThrow();
      const applications = await db
        .selectFrom('applications')
        .select(['id', 'name', 'displayName'])
        .$if(cursor !== undefined, (each) => each.where('name', '>', String(cursor?.[0])))
        .$if(query.search !== undefined, (each) =>
          each.where('name', 'like', `%${(query.search ?? '').toLowerCase().replaceAll(/[%_\\]/g, '\\$&')}%`),
        )
        .orderBy('name')
        .limit(query.limit + 1)
        .execute();
      const page = applications.slice(0, query.limit);
      const last = page.at(-1);
      return {
        environments: (await environmentRows(db).execute()).map(presentEnvironment),
        rows: await boardRows(db, page),
        next: applications.length > query.limit && last !== undefined ? encodeCursor([last.name]) : null,
        position: head.position,
      };
    }),
  ],
};
