import type { ImpactQuestion } from '@almanac/domain';
import { type DrawnEstate, Rows } from '@almanac/testkit';
import type pg from 'pg';

/** Writes an estate into flat tables with the indexes that the question wants: kinder to SQL than the server's own. */
export async function fillTables(database: pg.Client, estate: DrawnEstate): Promise<void> {
  await database.query(`
    create schema bench;
    create table bench.installed (environment text, application text, build text);
    create table bench.provided (build text, contract text, element text, fingerprint text);
    create table bench.consumed (build text, module text, contract text, element text, built_against text);
    create table bench.verdicts (provided text, built_against text, compatible boolean)`);
  const tables = {
    installed: new Rows(widths.installed),
    provided: new Rows(widths.provided),
    consumed: new Rows(widths.consumed),
  };
  const flush = async () => {
    for (const [table, rows] of Object.entries(tables))
      await rows.writeBy((text, values) => database.query(text, values), insertInto(table));
  };
  for (const [at, application] of estate.applications.entries()) {
    for (const build of estate.buildsOf(at)) {
      for (const { contract, elements } of build.provides)
        for (const { key, fingerprint } of elements ?? [])
          tables.provided.add([build.build, contract, key, fingerprint]);
      for (const { contract, module, elements } of build.consumes)
        for (const { key, builtAgainst } of elements)
          tables.consumed.add([build.build, module, contract, key, builtAgainst ?? '']);
    }
    for (const [number, environment] of estate.environments.entries())
      tables.installed.add([environment, application, estate.installed(number, at)]);
    if (at % 200 === 199) await flush();
  }
  await flush();
  await database.query(`
    create unique index on bench.installed (environment, application);
    create index on bench.installed (environment, build);
    create index on bench.provided (build);
    create index on bench.provided (contract, element);
    create index on bench.consumed (build);
    create index on bench.consumed (contract, element);
    create unique index on bench.verdicts (provided, built_against);
    analyze`);
}

const widths = { installed: 3, provided: 4, consumed: 5 } as const;

function insertInto(table: string): string {
  const width = widths[table as keyof typeof widths];
  const lists = Array.from({ length: width }, (_, at) => `$${at + 1}::text[]`).join(', ');
  return `insert into bench.${table} select * from unnest(${lists})`;
}

export async function fillVerdicts(
  database: pg.Client,
  verdicts: readonly { readonly provided: string; readonly builtAgainst: string; readonly compatible: boolean }[],
): Promise<void> {
  await database.query('insert into bench.verdicts select * from unnest($1::text[], $2::text[], $3::boolean[])', [
    verdicts.map((each) => each.provided),
    verdicts.map((each) => each.builtAgainst),
    verdicts.map((each) => each.compatible),
  ]);
  await database.query('analyze bench.verdicts');
}

/**
 * The same question in one statement. The consumers of what changed are found by a recursive term of one step, the
 * form in which such queries are written; without it PostgreSQL makes the same joins.
 */
const question = `
  with recursive changes as (select * from unnest($2::text[], $3::text[]) as t (application, build)),
  before as materialized (
    select i.application, i.build from bench.installed i join changes c using (application) where i.environment = $1),
  provisions as (
    select coalesce(o.contract, n.contract) as contract, coalesce(o.element, n.element) as element
    from (select p.*, b.application from bench.provided p join before b using (build)) o
    full join (select p.*, c.application from bench.provided p join changes c using (build)) n
      on n.application = o.application and n.contract = o.contract and n.element = o.element
    where n.fingerprint is distinct from o.fingerprint),
  walk (step, build, module, contract, element, built_against) as (
    select 0, r.build, r.module, r.contract, r.element, r.built_against from bench.consumed r join changes c using (build)
    union all
    select w.step + 1, r.build, r.module, r.contract, r.element, r.built_against
    from (select 0 as step) w
    join provisions v on w.step = 0
    join bench.consumed r on r.contract = v.contract and r.element = v.element
    join bench.installed i on i.environment = $1 and i.build = r.build
    where not exists (select from changes c where c.application = i.application)),
  judged as (
    select w.*, coalesce(c.application, i.application) as application, p.fingerprint
    from walk w
    left join changes c on c.build = w.build
    left join bench.installed i on i.environment = $1 and i.build = w.build and c.build is null
    left join lateral (
      select p.fingerprint from bench.provided p
      where p.contract = w.contract and p.element = w.element
        and (exists (select from changes c where c.build = p.build)
          or exists (select from bench.installed i where i.environment = $1 and i.build = p.build
            and not exists (select from changes c where c.application = i.application)))
      limit 1) p on true)
  select concat_ws(' ', case when j.fingerprint is null then 'element-missing' when v.compatible then 'differs'
    else 'element-incompatible' end, j.application, j.module, j.contract, j.element) as line
  from judged j
  left join bench.verdicts v on v.provided = j.fingerprint and v.built_against = j.built_against
  where j.fingerprint is distinct from j.built_against`;

export async function askSql(database: pg.Client, asked: ImpactQuestion): Promise<readonly string[]> {
  const deployed = asked.changes.flatMap((each) => (each.kind === 'deploy' ? [each] : []));
  const { rows } = await database.query<{ readonly line: string }>({
    name: 'impact',
    text: question,
    values: [asked.environment, deployed.map((each) => each.application), deployed.map((each) => each.build)],
  });
  return rows.map((each) => each.line).toSorted();
}
