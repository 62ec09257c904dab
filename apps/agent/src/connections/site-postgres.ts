import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failpoint, HostFault, isAlive, type RunningPostgres, startPostgres, writeDurably } from '@almanac/host';
import pg from 'pg';
import { z } from 'zod';
import { freePort } from '../converge/free-port.ts';
import {
  backUpCluster,
  type ClusterBackup,
  keepNewestBackups,
  listClusterBackups,
  unpackBackup,
} from './cluster-backup.ts';

/** The PostgreSQL that every database is made on; others hold databases that were restored from a backup. */
const first = 'postgres';

const stored = z.object({
  port: z.int(),
  password: z.string(),
  /** By what they are for: the application keeps its database when it is called otherwise. */
  databases: z.record(
    z.string(),
    z.object({ name: z.string(), password: z.string(), cluster: z.string().default(first) }),
  ),
  /** Ports of further clusters, by the name of their folder. */
  clusters: z.record(z.string(), z.object({ port: z.int() })).default({}),
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
  /** Copies the databases of an application as they are, undisturbed; undefined when it has none here. */
  readonly backUp: (input: {
    readonly application: string;
    readonly before: string;
    /** How many backups are kept, this one included. */
    readonly kept: number;
  }) => Promise<ClusterBackup | undefined>;
  readonly backups: () => Promise<readonly ClusterBackup[]>;
  /**
   * Lets the databases of an application be those of a backup from now on, on a PostgreSQL of their own; what they were
   * stays where it is. Gives the names of the connections.
   */
  readonly restore: (input: { readonly application: string; readonly backup: string }) => Promise<readonly string[]>;
  /** Starts what has databases and does not run; tells what it did, for the log. */
  readonly keepRunning: () => Promise<'started' | 'well'>;
  readonly stop: () => Promise<void>;
}

/** Opens it lazily: it is started when the first application needs a database, and adopted when it runs already. */
export function createSitePostgres(directory: string): SitePostgres {
  const file = join(directory, 'databases.json');
  const backups = join(directory, 'backups');
  const running = new Map<string, RunningPostgres>();
  const known = cached(() => readOrMake(file));
  const keep = async (changed: Stored) => {
    await writeDurably(file, JSON.stringify(changed));
    known.set(changed);
  };
  const start = async (cluster: string): Promise<RunningPostgres> => {
    const present = running.get(cluster);
    if (present !== undefined && isAlive(present.identity)) return present;
    const { port, password, clusters } = await known.get();
    const postgres = await startPostgres({
      dataDirectory: join(directory, cluster),
      logFile: join(directory, `${cluster}.log`),
      mode: { kind: 'loopback', port: clusters[cluster]?.port ?? port, password },
      guarded: false,
    });
    running.set(cluster, postgres);
    return postgres;
  };
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  return {
    provision: (owner) =>
      inTurn(async () => {
        const now = await known.get();
        const key = keyOf(owner);
        const database = now.databases[key] ?? {
          name: databaseName(owner, key),
          password: randomBytes(24).toString('base64url'),
          cluster: first,
        };
        if (now.databases[key] === undefined) await keep({ ...now, databases: { ...now.databases, [key]: database } });
        const postgres = await start(database.cluster);
        const { name, password } = database;
        await ensureDatabase({ postgres, database: name, password });
        return `postgres://${name}:${password}@127.0.0.1:${postgres.connection.port}/${name}`;
      }),
    backUp: async ({ application, before, kept }) => {
      const own = existsSync(file) ? databasesOf(await known.get(), application) : [];
      const cluster = own[0]?.[1].cluster;
      if (cluster === undefined || kept === 0) return undefined;
      const { connection } = await inTurn(() => start(cluster));
      const backup = await backUpCluster({
        postgres: connection,
        dataDirectory: join(directory, cluster),
        cluster,
        directory: backups,
        before,
      });
      await keepNewestBackups(backups, kept);
      return backup;
    },
    backups: () => listClusterBackups(backups),
    restore: ({ application, backup }) =>
      inTurn(async () => {
        const now = await known.get();
        const own = databasesOf(now, application);
        const found = (await listClusterBackups(backups)).find((each) => each.name === backup);
        if (found === undefined) throw new HostFault(`there is no backup ${backup}`);
        const held = own.filter(([, database]) => database.cluster === found.cluster);
        if (held.length === 0) throw new HostFault(`the backup ${backup} holds no database of this application`);
        const cluster = `restored-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
        await unpackBackup(join(backups, backup), join(directory, cluster));
        const moved = held.map(([key, database]) => [key, { ...database, cluster }] as const);
        await keep({
          ...now,
          databases: { ...now.databases, ...Object.fromEntries(moved) },
          clusters: { ...now.clusters, [cluster]: { port: await freePort(new Set()) } },
        });
        await start(cluster);
        return held.map(([key]) => key.split('/').at(-1) ?? key);
      }),
    keepRunning: () =>
      inTurn(async () => {
        if (!existsSync(file)) return 'well';
        const before = new Set([...running.values()].map((each) => each.identity.pid));
        const started: RunningPostgres[] = [];
        for (const cluster of clustersOf(await known.get())) started.push(await start(cluster));
        return started.some((each) => !each.adopted && !before.has(each.identity.pid)) ? 'started' : 'well';
      }),
    stop: async () => {
      if (!existsSync(file)) return;
      for (const cluster of clustersOf(await known.get())) await (await start(cluster)).stop();
    },
  };
}

const keyOf = (owner: DatabaseOwner) => [owner.place, owner.application.id, owner.connection].join('/');

/** The databases of an application, with their keys. */
function databasesOf(known: Stored, application: string) {
  return Object.entries(known.databases).filter(([key]) => key.split('/')[1] === application);
}

/** Every cluster in which a database is used. */
function clustersOf(known: Stored): readonly string[] {
  return [...new Set(Object.values(known.databases).map((each) => each.cluster))];
}

/** A value that is read once, and then known. */
function cached<Value>(read: () => Promise<Value>) {
  let value: Value | undefined;
  return {
    get: async () => {
      value ??= await read();
      return value;
    },
    set: (changed: Value) => {
      value = changed;
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

async function readOrMake(file: string): Promise<Stored> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return stored.parse(JSON.parse(kept));
  const port = await freePort(new Set());
  const made: Stored = { port, password: randomBytes(24).toString('base64url'), databases: {}, clusters: {} };
  await writeDurably(file, JSON.stringify(made));
  return made;
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
