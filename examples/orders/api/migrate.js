/** Brings the database to what this version needs; may be run again at any time, and by several at once. */
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { log } from './log.js';

const folder = new URL('./migrations/', import.meta.url);

const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000 });
await client.connect();
try {
  await client.query('begin');
  // Whoever comes second waits here, and then finds the work done.
  await client.query("select pg_advisory_xact_lock(hashtext('orders migrations'))");
  await client.query('create table if not exists migrations (name text primary key, applied_at timestamptz not null)');
  const { rows } = await client.query('select name from migrations');
  const applied = new Set(rows.map((row) => row.name));
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.sql')).sort()) {
    if (applied.has(name)) continue;
    await client.query(await readFile(new URL(name, folder), 'utf8'));
    await client.query('insert into migrations (name, applied_at) values ($1, now())', [name]);
    log('migrated', { name });
  }
  await client.query('commit');
  log('the database is up to date');
} finally {
  await client.end();
}
