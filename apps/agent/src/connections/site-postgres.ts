import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failpoint, isAlive, type RunningPostgres, startPostgres, writeDurably } from '@almanac/host';
import pg from 'pg';
import { z } from 'zod';
import { freePort } from '../converge/free-port.ts';

const stored = z.object({
  port: z.int(),
  password: z.string(),
  /** By what they are for: the application keeps its database when it is called otherwise. */
  databases: z.record(z.string(), z.object({ name: z.string(), password: z.string() })),
});
type Stored = z.output<typeof stored>;

/** What a database is for: a connection of an application, on one site or in one environment. */
export interface DatabaseOwner {
  readonly place: string;
  readonly application: { readonly id: string; readonly name: string };
  readonly connection: string;
}

/** The PostgreSQL for the applications of the sites of one agent. */
export interface SitePostgres {
  /** The address of a database of its own, with a role that owns nothing else; made at the first call. */
  readonly provision: (owner: DatabaseOwner) => Promise<string>;
  /** Starts it again when it has databases and does not run; tells what it did, for the log. */
  readonly keepRunning: () => Promise<'started' | 'well'>;
  readonly stop: () => Promise<void>;
}

/** Opens it lazily: it is started when the first application needs a database, and adopted when it runs already. */
export function createSitePostgres(directory: string): SitePostgres {
  const file = join(directory, 'databases.json');
  let running: Promise<{ readonly postgres: RunningPostgres; readonly known: Stored }> | undefined;
  const start = async () => {
    if (running !== undefined && !isAlive((await running).postgres.identity)) running = undefined;
    running ??= startOrAdopt({ directory, file }).catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    provision: (owner) => {
      const result = turn.then(async () => {
        const { postgres, known } = await start();
        const key = [owner.place, owner.application.id, owner.connection].join('/');
        const database = known.databases[key] ?? {
          name: databaseName(owner, key),
          password: randomBytes(24).toString('base64url'),
        };
        if (known.databases[key] === undefined) {
          const databases = { ...known.databases, [key]: database };
          await writeDurably(file, JSON.stringify({ ...known, databases }));
          known.databases[key] = database;
        }
        const { name, password } = database;
        await ensureDatabase({ postgres, database: name, password });
        return `postgres://${name}:${password}@127.0.0.1:${postgres.connection.port}/${name}`;
      });
      turn = result.catch(() => undefined);
      return result;
    },
    keepRunning: () => {
      const result = turn.then(async () => {
        const before = await running?.catch(() => undefined);
        if (before === undefined ? !existsSync(file) : isAlive(before.postgres.identity)) return 'well';
        const { postgres } = await start();
        return postgres.adopted ? 'well' : 'started';
      });
      turn = result.catch(() => undefined);
      return result;
    },
    stop: async () => {
      const kept = await readFile(file, 'utf8').catch(() => undefined);
      if (kept === undefined) return;
      const { postgres } = await start();
      await postgres.stop();
    },
  };
}

/** Says to people what it is for, and is the only one of its kind: two owners never share a name. */
function databaseName({ place, application, connection }: DatabaseOwner, key: string): string {
  const words = [place, application.name, connection]
    .join('_')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_');
  return `app_${words.slice(0, 45)}_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

async function startOrAdopt(input: {
  readonly directory: string;
  readonly file: string;
}): Promise<{ readonly postgres: RunningPostgres; readonly known: Stored }> {
  const kept = await readFile(input.file, 'utf8').catch(() => undefined);
  const known =
    kept === undefined
      ? { port: await freePort(new Set()), password: randomBytes(24).toString('base64url'), databases: {} }
      : stored.parse(JSON.parse(kept));
  if (kept === undefined) await writeDurably(input.file, JSON.stringify(known));
  const postgres = await startPostgres({
    dataDirectory: join(input.directory, 'postgres'),
    logFile: join(input.directory, 'postgres.log'),
    mode: { kind: 'loopback', port: known.port, password: known.password },
    guarded: false,
  });
  return { postgres, known };
}

async function ensureDatabase(input: {
  readonly postgres: RunningPostgres;
  readonly database: string;
  readonly password: string;
}): Promise<void> {
  const { database, password } = input;
  const client = new pg.Client(input.postgres.connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [database]);
    // Commands that define things take no parameters: the server itself quotes names and passwords.
    const change = role.rowCount === 0 ? 'create role %I login password %L' : 'alter role %I login password %L';
    await runFormatted(client, change, [database, password]);
    const existing = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (existing.rowCount === 0) {
      failpoint('database-before-create');
      await runFormatted(client, 'create database %I owner %I', [database, database]);
      failpoint('database-after-create');
    }
    // Each time: whoever was killed after the command before would have left the database open to every role.
    await runFormatted(client, 'revoke all on database %I from public', [database]);
  } finally {
    await client.end();
  }
}

async function runFormatted(client: pg.Client, template: string, values: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ command: string }>('select format($1, variadic $2::text[]) as command', [
    template,
    values,
  ]);
  await client.query(rows[0]?.command ?? '');
}
