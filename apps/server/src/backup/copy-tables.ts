import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Tables of the migrations themselves: they say what the schema is, and are made by making it. */
const ofMigrations = new Set(['kysely_migration', 'kysely_migration_lock']);

/** All tables of the schema, each after those that its rows refer to. */
export async function listTables(client: pg.Client): Promise<readonly TableShape[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    group by c.relname order by c.relname`);
  const { rows: references } = await client.query<{ from: string; to: string }>(`
    select f.relname as from, t.relname as to
    from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and k.conrelid <> k.confrelid and f.relnamespace = current_schema()::regnamespace`);
  const waiting = new Map(rows.filter((each) => !ofMigrations.has(each.name)).map((each) => [each.name, each]));
  const ordered: TableShape[] = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(
      (each) => !references.some((one) => one.from === each.name && waiting.has(one.to)),
    );
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...waiting.keys()].join(', ')}`);
    for (const each of free) {
      ordered.push(each);
      waiting.delete(each.name);
    }
  }
  return ordered;
}

/** Writes all rows of a table to a file, compressed; gives their number. */
export async function copyOut(client: pg.Client, table: TableShape, file: string): Promise<number> {
  const rows = client.query(copyTo(`copy ${target(table)} to stdout`));
  await pipeline(rows, createGzip(), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
  return rows.rowCount;
}

/** Fills a table from such a file; gives the number of rows. */
export async function copyIn(client: pg.Client, table: TableShape, file: string): Promise<number> {
  const rows = client.query(copyFrom(`copy ${target(table)} from stdin`));
  await pipeline(createReadStream(file), createGunzip(), rows);
  return rows.rowCount;
}

/** Names come from the catalogue or from a backup: they are quoted whatever they are. */
function target({ name, columns }: TableShape): string {
  return `${pg.escapeIdentifier(name)} (${columns.map((each) => pg.escapeIdentifier(each)).join(', ')})`;
}

export async function emptyTables(client: pg.Client, tables: readonly TableShape[]): Promise<void> {
  await client.query(`truncate ${tables.map((each) => pg.escapeIdentifier(each.name)).join(', ')}`);
}
