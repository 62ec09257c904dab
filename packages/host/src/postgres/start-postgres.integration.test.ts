import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, waitUntil } from '@almanac/testkit';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from '../processes/identity.ts';
import { type PostgresOptions, type RunningPostgres, startPostgres } from './start-postgres.ts';

let directory: string;
let running: RunningPostgres[];

beforeEach(async () => {
  // A name with a space, in a folder that only its owner can enter.
  directory = await mkdtemp(join(tmpdir(), 'almanac postgres '));
  chmodSync(directory, 0o700);
  running = [];
});

afterEach(async () => {
  for (const each of running) await each.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
  const started = await startPostgres({
    dataDirectory: join(directory, 'data'),
    logFile: join(directory, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
    ...options,
  });
  running.push(started);
  return started;
}

async function query(postgres: RunningPostgres, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(postgres.connection);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const isRoot = process.getuid?.() === 0;

describe('the embedded PostgreSQL', () => {
  it('starts on nothing, keeps what was committed over a stop, and writes durably', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(
      await query(
        first,
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') ORDER BY name",
      ),
    ).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
    ]);
    await first.stop();

    expect(await query(await start(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('listens only on a socket that nobody else can reach', async () => {
    const { connection } = await start();

    expect(statSync(connection.host).mode & 0o777).toBe(0o700);
    await expect(
      query({ connection: { ...connection, host: '127.0.0.1' } } as RunningPostgres, 'SELECT 1'),
    ).rejects.toThrow('ECONNREFUSED');
  });

  it('ends with its owner, however that dies', async () => {
    const program = `
      import { startPostgres } from '${join(import.meta.dirname, 'start-postgres.ts')}';
      const { identity } = await startPostgres(JSON.parse(process.argv[1]));
      console.log(JSON.stringify(identity));
      setInterval(() => {}, 1000);`;
    const options = {
      dataDirectory: join(directory, 'data'),
      logFile: join(directory, 'postgres.log'),
      mode: { kind: 'private-socket' },
      guarded: true,
    };
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const identity = JSON.parse(line.toString());
    expect(isAlive(identity)).toBe(true);

    owner.kill('SIGKILL');

    await waitUntil('PostgreSQL to end', () => !isAlive(identity), 15);
    expect(await query(await start(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('that is not guarded is found and taken over by whoever comes later', async () => {
    const port = await freePorts(1);
    const options = { guarded: false, mode: { kind: 'loopback', port, password: 'word' } } as const;
    const first = await start(options);

    const second = await start(options);

    expect(second).toMatchObject({ adopted: true, identity: first.identity, connection: { port } });
    expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('asks for its password on the loopback interface', async () => {
    const port = await freePorts(1);
    const { connection } = await start({ mode: { kind: 'loopback', port, password: 'word' } });

    await expect(
      query({ connection: { ...connection, password: 'other' } } as RunningPostgres, 'SELECT 1'),
    ).rejects.toThrow('password authentication failed');
  });

  it.each([
    ['19', 'a newer PostgreSQL'],
    ['12', 'an older PostgreSQL'],
  ])('leaves a directory of version %s alone', async (version, words) => {
    await (await start()).stop();
    await writeFile(join(directory, 'data', 'PG_VERSION'), `${version}\n`);

    await expect(start()).rejects.toThrow(words);
  });

  it('says in one sentence why it cannot start', async () => {
    await (await start()).stop();

    await expect(start({ settings: { shared_buffers: 'many' } })).rejects.toThrow(
      /^PostgreSQL ended at its start: invalid value for parameter "shared_buffers": "many"$/,
    );
  });

  it.runIf(isRoot).each(['namespace', 'capabilities'] as const)(
    'runs for root by %s, and on the data of the other way',
    async (method) => {
      const first = await start({ unprivilegedBy: method });
      await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await first.stop();

      const second = await start({ unprivilegedBy: method === 'namespace' ? 'capabilities' : 'namespace' });

      expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    },
  );
});
