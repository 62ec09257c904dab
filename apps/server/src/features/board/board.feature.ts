import { sql } from 'kysely';
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
  readonly order: 'name' | 'team';
  readonly limit: number;
}

/** Where an application stands by the team that owns it; what nobody owns comes last. */
const teamKey = sql<string>`case when teams.name is null then '1' else '0' || teams.name end`;

async function readBoard(db: ScopedDatabase, query: BoardQuery) {
  const byTeam = query.order === 'team';
  const after = decodeCursor(query.cursor)?.map(String);
  // The position is read first: what changes while the board is read comes as an event after it.
  const head = await db.selectFrom('outboxHead').select('position').executeTakeFirstOrThrow();
  const applications = await db
    .selectFrom('applications')
    .leftJoin('teams', 'teams.id', 'applications.teamId')
    .select(['applications.id', 'applications.name', 'applications.displayName'])
    .select(['teams.name as team', teamKey.as('teamKey')])
    .$if(after !== undefined && byTeam, (each) =>
      each.where(sql<boolean>`(${teamKey}, applications.name) > (${after?.[1] ?? ''}, ${after?.[0] ?? ''})`),
    )
    .$if(after !== undefined && !byTeam, (each) => each.where('applications.name', '>', after?.[0] ?? ''))
    .$if(query.search !== undefined, (each) =>
      each.where('applications.name', 'like', `%${(query.search ?? '').toLowerCase().replaceAll(/[%_\\]/g, '\\$&')}%`),
    )
    .$if(byTeam, (each) => each.orderBy('teamKey'))
    .orderBy('applications.name')
    .limit(query.limit + 1)
    .execute();
  const page = applications.slice(0, query.limit);
  const last = page.at(-1);
  const [environments, rows] = await Promise.all([environmentRows(db).execute(), boardRows(db, page)]);
  return {
    environments: environments.map((row) => presentEnvironment(row, db.scope)),
    rows,
    next: applications.length > query.limit && last !== undefined ? encodeCursor([last.name, last.teamKey]) : null,
    position: head.position,
  };
}
