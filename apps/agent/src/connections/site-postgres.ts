import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type RunningPostgres, startPostgres, writeDurably } from '@almanac/host';
import pg from 'pg';
import { z } from 'zod';

const stored = z.object({ port: z.int(), password: z.string(), databases: z.record(z.string(), z.string()) });
type Stored = z.output<typeof stored>;

/** The PostgreSQL for the applications of the sites of one agent. */
export interface SitePostgres {
  /** The address of a database of its own, with a role that owns nothing else; made at the first call. */
  readonly provision: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Opens it lazily: it is started when the first application needs a database, and adopted when it runs already. */
export function createSitePostgres(directory: string): SitePostgres {
  const file = join(directory, 'databases.json');
  let running: Promise<{ readonly postgres: RunningPostgres; readonly known: Stored }> | undefined;
  const start = () => {
    running ??= startOrAdopt({ directory, file }).catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    provision: (name) => {
      const result = turn.then(async () => {
        const { postgres, known } = await start();
        const database = `app_${name.replaceAll(/[^a-z0-9]+/g, '_')}`.slice(0, 63);
        const password = known.databases[database] ?? randomBytes(24).toString('base64url');
        if (known.databases[database] === undefined) {
          await writeDurably(
            file,
            JSON.stringify({ ...known, databases: { ...known.databases, [database]: password } }),
          );
          known.databases[database] = password;
        }
        await ensureDatabase({ postgres, database, password });
        return `postgres://${database}:${password}@127.0.0.1:${postgres.connection.port}/${database}`;
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

async function startOrAdopt(input: {
  readonly directory: string;
  readonly file: string;
}): Promise<{ readonly postgres: RunningPostgres; readonly known: Stored }> {
  const kept = await readFile(input.file, 'utf8').catch(() => undefined);
  const known =
    kept === undefined
      ? { port: await freePort(), password: randomBytes(24).toString('base64url'), databases: {} }
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
      await runFormatted(client, 'create database %I owner %I', [database, database]);
      await runFormatted(client, 'revoke all on database %I from public', [database]);
    }
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

/** A port that was free a moment ago; it is kept from then on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
