import type { AccessScope } from '@almanac/domain';
import type { Kysely } from 'kysely';
import {
  CamelCasePlugin,
  DummyDriver,
  Kysely as MadeKysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Tables } from '../tables.ts';
import { governedTables, narrowTo, type ScopedDatabase, withinScope } from './scoped-database.ts';

/** Compiles, and runs nothing. */
const db: Kysely<Tables> = new MadeKysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (given) => new PostgresIntrospector(given),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  plugins: [new CamelCasePlugin()],
});
const key = (digit: number) => `0190000${digit}-0000-7000-8000-000000000000` as never;
const parts: AccessScope = {
  kind: 'parts',
  capability: 'list',
  otherwise: new Set([key(1)]),
  teams: new Map([[key(2), new Set([key(1)])]]),
  applications: new Map([
    [key(3), new Set([key(1)])],
    [key(4), new Set()],
  ]),
};

describe('a database within a scope', () => {
  it('lets rows of governed tables through their scope, and open tables as they are', () => {
    const scoped = withinScope(db, parts);

    expect(scoped.selectFrom('targets').selectAll().compile().sql).toContain('"targets"."application_id" = any(');
    expect(scoped.selectFrom('plans').select('id').compile().sql).toContain('not exists');
    expect(scoped.selectFrom('principals').select('id').compile().sql).toBe('select "id" from "principals"');
  });

  it.each(governedTables)('restricts %s to what somebody holds', (table) => {
    const { sql: text, parameters } = withinScope(db, parts)
      .selectFrom(table as 'targets')
      .selectAll()
      .compile();

    expect(text).toMatch(/ where .*any\(/s);
    // By the environments, or where there is none by the applications that are named.
    expect([key(1), key(3)].some((each) => JSON.stringify(parameters).includes(each))).toBe(true);
  });

  it('asks nothing more of a query where there is nothing to restrict', () => {
    const scoped = withinScope(db, { kind: 'everything' });

    expect(scoped.selectFrom('targets').select('buildId').compile().sql).toBe('select "build_id" from "targets"');
  });

  it('names only the grants of the few applications that are asked about', () => {
    const scoped = narrowTo(withinScope(db, parts), [key(4)]);

    const { parameters } = scoped.selectFrom('targets').selectAll().compile();

    expect(JSON.stringify(parameters)).not.toContain(key(3));
    expect(JSON.stringify(parameters)).toContain(key(4));
  });

  it('has a type that leaves no way around the scope', () => {
    const scoped: ScopedDatabase = withinScope(db, parts);
    const takesAll = (all: Kysely<Tables>) => all;

    // Each of these must not type-check; that it would is what the type checker reports here.
    const attempts = [
      // @ts-expect-error a table whose rows no condition speaks of
      () => scoped.selectFrom('planLog'),
      // @ts-expect-error a scoped database is not the whole one
      () => takesAll(scoped),
      // @ts-expect-error SQL of one's own has no scope
      () => sql`select * from plans`.execute(scoped),
      // @ts-expect-error nothing is written through it
      () => scoped.insertInto('applications'),
      // @ts-expect-error nor taken out
      () => scoped.deleteFrom('plans'),
    ];

    expect(attempts).toHaveLength(5);
  });
});
