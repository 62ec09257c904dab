import { environmentRows, presentEnvironment } from '#features/environments';
import type { Feature } from '#platform/feature';
import { decodeCursor, encodeCursor, read } from '#platform/http';
import { shareReads } from '#platform/reads';
import { type ScopedDatabase, scopeKey } from '#scope';
import { boardRows } from './board.view.ts';

export function boardFeature(): Feature {
  // After an event everybody who looks at the board asks for it anew, at the same moment.
  const share = shareReads<Awaited<ReturnType<typeof readBoard>>>();
  return {
    name: 'board',
    endpoints: [
      read('getBoard', ({ db }, { query }) =>
        share(`${scopeKey(db.scope)} ${JSON.stringify(query)}`, () => readBoard(db, query)),
      ),
    ],
  };
}

interface BoardQuery {
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  readonly limit: number;
}

async function readBoard(db: ScopedDatabase, query: BoardQuery) {
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
  const [environments, rows] = await Promise.all([environmentRows(db).execute(), boardRows(db, page)]);
  return {
    environments: environments.map((row) => presentEnvironment(row, db.scope)),
    rows,
    next: applications.length > query.limit && last !== undefined ? encodeCursor([last.name]) : null,
    position: head.position,
  };
}
