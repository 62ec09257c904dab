import { createHash } from 'node:crypto';
import type { DrawnEstate } from './drawn-estate.ts';

/** Runs one statement. */
type Query = (text: string, values?: unknown[]) => Promise<unknown>;

/** Rows of texts, held by column as `unnest` takes them. */
export class Rows {
  #columns: string[][];

  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => []);
  }

  add(row: readonly string[]): void {
    for (const [at, value] of row.entries()) this.#columns[at]?.push(value);
  }

  /** Gives all rows to a statement that takes one list for each column. */
  async writeBy(query: Query, insert: string): Promise<void> {
    await query(insert, this.#columns);
    this.#columns = this.#columns.map(() => []);
  }
}

/** Texts of the drawn estate as keys of the database. */
const asKey = (column: string) => `overlay(overlay(md5(${column}) placing '8' from 13) placing '8' from 17)::uuid`;

/** The key under which an application, environment or build of a drawn estate is written. */
export function writtenKey(text: string): string {
  const digest = createHash('md5').update(text).digest('hex');
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5');
}

const tables = {
  applications: {
    width: 1,
    insert: `insert into applications (id, name, display_name, repository, branch, manifest_path, created_at)
      select ${asKey('a')}, a, a, a, 'main', 'almanac.yaml', now() from unnest($1::text[]) t (a)`,
  },
  builds: {
    width: 3,
    insert: `insert into builds (id, application_id, number, job_id, state, branch, label, manifest, requested_by, created_at)
      select ${asKey('b')}, ${asKey('a')}, n::int, (select id from jobs limit 1), 'succeeded', 'main', b,
        jsonb_build_object('application', a, 'modules', '{}'::jsonb, 'connections', '{}'::jsonb, 'settings', '{}'::jsonb,
          'rollout', '{"strategy": "rolling", "maxSurge": 1, "maxUnavailable": 0}'::jsonb),
        'nobody', now()
      from unnest($1::text[], $2::text[], $3::text[]) t (b, a, n)`,
  },
  documents: {
    width: 2,
    insert: `insert into contract_documents select f, 'openapi', e::jsonb from unnest($1::text[], $2::text[]) t (f, e)
      on conflict do nothing`,
  },
  contracts: {
    width: 4,
    insert: `insert into build_contracts select ${asKey('b')}, m, c, f
      from unnest($1::text[], $2::text[], $3::text[], $4::text[]) t (b, m, c, f)`,
  },
  references: {
    width: 5,
    insert: `insert into build_references select ${asKey('b')}, m, c, e, nullif(f, '')
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) t (b, m, c, e, f)`,
  },
  targets: {
    width: 3,
    insert: `insert into targets select ${asKey('e')}, ${asKey('a')}, ${asKey('b')}, b, '{}', '', gen_random_uuid(), now()
      from unnest($1::text[], $2::text[], $3::text[]) t (e, a, b)`,
  },
} as const;

/**
 * Writes an estate into the empty tables of a server: applications, builds with what they provide and consume, and what
 * the environments run. Keys are derived from the texts of the estate.
 */
export async function writeEstate(query: Query, estate: DrawnEstate): Promise<void> {
  await query(
    `insert into jobs (id, kind, work, state, created_at) values (gen_random_uuid(), 'build', '{}', 'ended', now())`,
  );
  for (const [position, environment] of estate.environments.entries())
    await query(
      `insert into environments (id, name, display_name, type, position, following, created_at)
       values (${asKey('$1::text')}, $1::text, $1::text, 'test', $2, '{"branch": null}', now())`,
      [environment, position],
    );
  const rows = Object.fromEntries(Object.entries(tables).map(([name, { width }]) => [name, new Rows(width)])) as Record<
    keyof typeof tables,
    Rows
  >;
  const flush = async () => {
    for (const [name, { insert }] of Object.entries(tables))
      await rows[name as keyof typeof tables].writeBy(query, insert);
  };
  for (const [at, application] of estate.applications.entries()) {
    rows.applications.add([application]);
    for (const build of estate.buildsOf(at)) {
      rows.builds.add([build.build, application, String(build.number)]);
      for (const { module, contract, elements } of build.provides) {
        const list = JSON.stringify(elements?.map(({ key, fingerprint }) => ({ key, label: key, fingerprint })));
        const fingerprint = createHash('sha256').update(list).digest('hex');
        rows.documents.add([fingerprint, list]);
        rows.contracts.add([build.build, module, contract, fingerprint]);
      }
      for (const { module, contract, elements } of build.consumes)
        for (const { key, builtAgainst } of elements)
          rows.references.add([build.build, module, contract, key, builtAgainst ?? '']);
    }
    for (const [number, environment] of estate.environments.entries())
      rows.targets.add([environment, application, estate.installed(number, at)]);
    if (at % 200 === 199) await flush();
  }
  await flush();
  await query('analyze');
}
