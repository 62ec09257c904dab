import { refuse } from '@almanac/domain';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { command, decodeCursor, type Endpoint, encodeCursor, read } from '#platform/http';
import { beyondScope } from '#scope';
import { closeHotfix } from './close-hotfix.ts';
import { findHotfix, hotfixRows, presentHotfix, presentHotfixes } from './hotfix.wire.ts';
import { startHotfix } from './start-hotfix.ts';

export const hotfixEndpoints: readonly Endpoint[] = [
  command('startHotfix', async (context, { params, body }) => {
    const id = await startHotfix(context, { application: params.application, branch: undefined, ...body });
    return presentHotfix(context.db, { id, scope: context.access.scopeOf('list') });
  }),

  read('listHotfixes', async ({ db }, { query }) => {
    const before = Number(decodeCursor(query.cursor)?.[0] ?? 2 ** 31 - 1);
    const whole = beyondScope(db, 'the hotfixes of rows that the scope let through');
    const application = query.application === undefined ? undefined : await findApplication(whole, query.application);
    const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
    const rows = await hotfixRows(db)
      .where('hotfixes.number', '<', before)
      .$if(application !== undefined, (each) =>
        each.where('hotfixes.applicationId', '=', application?.id ?? ('' as never)),
      )
      .$if(environment !== undefined, (each) =>
        each.where('hotfixes.environmentId', '=', environment?.id ?? ('' as never)),
      )
      .$if(query.state !== undefined, (each) => each.where('hotfixes.state', '=', query.state ?? 'open'))
      .orderBy('hotfixes.number', 'desc')
      .limit(query.limit + 1)
      .execute();
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: await presentHotfixes(whole, { rows: page, scope: db.scope }),
      next: rows.length > query.limit && last !== undefined ? encodeCursor([last.number]) : null,
    };
  }),

  read('getHotfix', async ({ db, access }, { params }) =>
    presentHotfix(db, { id: (await findHotfix(db, params.hotfix)).id, scope: access.scopeOf('list') }),
  ),

  command('closeHotfix', async (context, { params, body }) => {
    const hotfix = await findHotfix(context.db, params.hotfix);
    if (hotfix.state === 'closed')
      return refuse('wrong-state', `hotfix ${hotfix.number} is closed already: ${hotfix.closedReason}`);
    await closeHotfix(context, { hotfix, reason: body.reason });
    return presentHotfix(context.db, { id: hotfix.id, scope: context.access.scopeOf('list') });
  }),
];
