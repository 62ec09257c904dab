import {
  type Aspect,
  aspects,
  type DescribedState,
  diffStates,
  type Fact,
  type FactDifference,
  type Facts,
  refuse,
} from '@almanac/domain';
import type { FactDifferenceView, PlacedFact, StateFact } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { findApplication } from '#features/applications';
import { referencesOf } from '#features/builds';
import { findEnvironment } from '#features/environments';
import { decodeCursor, type Endpoint, encodeCursor, momentInCursor, read } from '#platform/http';
import { beyondScope, hiddenName, type ScopedDatabase, visibleApplications } from '#scope';
import type { Tables } from '#tables';
import { type DescribeState, nothingBefore, promotesFrom, type ToldState } from './describe-state.ts';
import { readStateAt, readStateNow } from './read-state.ts';

export function historyEndpoints(describe: DescribeState): readonly Endpoint[] {
  /** An environment now, or at a moment. */
  const find = async (
    scoped: ScopedDatabase,
    input: { readonly environment: string; readonly at: string | undefined },
  ) => {
    const db = beyondScope(scoped, 'applications outside of the scope are taken out below');
    const environment = await findEnvironment(db, input.environment);
    const now = await databaseTime(db);
    const moment = input.at === undefined ? null : new Date(input.at);
    if (moment !== null && moment > now)
      return refuse('invalid-request', `${moment.toISOString()} has not come yet; a state is of now or of before`);
    const { id, name } = environment;
    const all = moment === null ? await readStateNow(db, id) : await readStateAt(db, { environment: id, moment });
    const given = { scope: scoped.scope, environment: id, applications: all.keys() };
    const visible = await visibleApplications(db, given);
    const running = new Map([...all].filter(([application]) => visible.has(application)));
    return {
      side: { environment: { id, name }, at: (moment ?? now).toISOString(), now: moment === null },
      running,
      moment,
    };
  };
  const tell = async (
    scoped: ScopedDatabase,
    found: Awaited<ReturnType<typeof find>>,
    aspects: 'all' | 'versions',
  ): Promise<ToldState> => {
    const { side, running, moment } = found;
    const db = beyondScope(scoped, 'what was found lies in the scope');
    const state = await describe(db, { environment: side.environment.id, running, moment, aspects });
    return { ...state, policy: await withoutHiddenPath(scoped, state.policy) };
  };

  return [
    read('listHistory', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const whole = beyondScope(db, 'builds of rows that the scope let through');
      const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
      const application = query.application === undefined ? undefined : await findApplication(whole, query.application);
      const rows = await db
        .selectFrom('history')
        .innerJoin('environments', 'environments.id', 'history.environmentId')
        .leftJoin('applications', 'applications.id', 'history.applicationId')
        .selectAll('history')
        .select(['environments.name as environmentName', 'applications.name as presentName'])
        .$if(environment !== undefined, (each) =>
          each.where('history.environmentId', '=', environment?.id ?? ('' as never)),
        )
        .$if(application !== undefined, (each) =>
          each.where('history.applicationId', '=', application?.id ?? ('' as never)),
        )
        .$if(query.from !== undefined, (each) => each.where('history.at', '>=', new Date(query.from ?? 0)))
        .$if(query.to !== undefined, (each) => each.where('history.at', '<=', new Date(query.to ?? 0)))
        .$if(cursor !== undefined, (each) =>
          each.where((where) =>
            where(
              where.refTuple('history.at', 'history.id'),
              '<',
              where.tuple(momentInCursor(cursor?.[0]), String(cursor?.[1])),
            ),
          ),
        )
        .orderBy('history.at', 'desc')
        .orderBy('history.id', 'desc')
        .limit(query.limit + 1)
        .execute();
      const page = rows.slice(0, query.limit);
      const references = await referencesOf(
        whole,
        page.flatMap((row) => [row.beforeBuildId, row.afterBuildId]),
      );
      const last = page.at(-1);
      return {
        items: page.map((row) => ({
          id: row.id,
          at: row.at.toISOString(),
          environment: { id: row.environmentId, name: row.environmentName },
          application: { id: row.applicationId, name: row.presentName ?? row.applicationName ?? 'gone' },
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

    read('getEnvironmentState', async ({ db }, { params, query }) => {
      const found = await find(db, { environment: params.environment, at: query.at });
      const whole = beyondScope(db, 'of an application that was asked for, its key');
      const only = query.application === undefined ? undefined : await findApplication(whole, query.application);
      const running =
        only === undefined
          ? found.running
          : new Map([...found.running].filter(([application]) => application === only.id));
      const state = await tell(db, { ...found, running }, query.facts);
      return {
        ...found.side,
        policy: placed({ policy: state.policy }),
        applications: byName(state).map(([id, { name, facts }]) => ({
          application: { id, name },
          build: state.builds.get(id) ?? null,
          facts: placed(query.facts === 'versions' ? { scale: facts.scale } : { ...facts, version: {} }),
        })),
      };
    }),

    read('getStateDifference', async ({ db }, { params, query }) => {
      const [from, to] = await Promise.all([
        find(db, { environment: params.environment, at: query.from }),
        find(db, { environment: query.with ?? params.environment, at: query.to }),
      ]);
      const [before, after] = await Promise.all([tell(db, from, 'all'), tell(db, to, 'all')]);
      const difference = diffStates(before, after);
      return {
        before: from.side,
        after: to.side,
        policy: difference.policy.map(presentDifference),
        applications: difference.applications.map(({ application, name, change, facts }) => ({
          application: { id: application, name },
          change,
          before: before.builds.get(application) ?? null,
          after: after.builds.get(application) ?? null,
          facts: facts.map(presentDifference),
        })),
      };
    }),
  ];
}

/** The environment before this one on its path is named to whoever may list it. */
async function withoutHiddenPath(scoped: ScopedDatabase, policy: Facts): Promise<Facts> {
  const earlier = policy[promotesFrom];
  if (scoped.scope.kind === 'everything' || earlier === undefined || !('everywhere' in earlier)) return policy;
  const { text } = earlier.everywhere;
  if (text === nothingBefore) return policy;
  const visible = await scoped.selectFrom('environments').select('id').where('name', '=', text).executeTakeFirst();
  return visible === undefined
    ? { ...policy, [promotesFrom]: { everywhere: { text: hiddenName, secret: false } } }
    : policy;
}

async function databaseTime(db: Kysely<Tables>): Promise<Date> {
  const { now } = await db.selectNoFrom((each) => each.fn<Date>('now', []).as('now')).executeTakeFirstOrThrow();
  return now;
}

function byName(state: DescribedState) {
  return [...state.applications].toSorted(([, a], [, b]) => (a.name < b.name ? -1 : 1));
}

function presentFact({ text, secret }: Fact): StateFact {
  return { text, secret };
}

/** Facts as rows, in the order of aspects and keys. */
function placed(facts: Partial<Record<Aspect, Facts>>): PlacedFact[] {
  return aspects.flatMap((aspect) =>
    Object.entries(facts[aspect] ?? {})
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, fact]): PlacedFact[] =>
        'everywhere' in fact
          ? [{ aspect, key, site: null, fact: presentFact(fact.everywhere) }]
          : Object.entries(fact.bySite).map(([site, each]) => ({ aspect, key, site, fact: presentFact(each) })),
      ),
  );
}

function presentDifference({ before, after, ...rest }: FactDifference): FactDifferenceView {
  return {
    ...rest,
    before: before === null ? null : presentFact(before),
    after: after === null ? null : presentFact(after),
  };
}
