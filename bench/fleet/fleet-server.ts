import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@almanac/client';
import { privateDirectory } from '@almanac/host';
import { freePorts } from '@almanac/testkit';
import pg from 'pg';

/** The control plane alone, with its own PostgreSQL, as a process that can be ended and started again. */
export interface FleetServer {
  readonly url: string;
  readonly client: Client;
  /** Asks as the builder does. */
  readonly asBuilder: (method: string, path: string, body: unknown) => Promise<unknown>;
  readonly database: () => Promise<pg.Client>;
  readonly pid: () => number;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

const program = join(import.meta.dirname, '..', '..', 'apps', 'server', 'src', 'main.ts');

export async function makeFleetServer(): Promise<FleetServer> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac-fleet-'));
  const data = join(directory, 'data');
  const port = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    const started = spawn(process.execPath, [...profiling(directory), program], {
      env: {
        ...process.env,
        ALMANAC_PORT: String(port),
        ALMANAC_DATA: data,
        ALMANAC_BOOTSTRAP_TOKENS: join(directory, 'tokens'),
        ALMANAC_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    const [line] = (await once(started.stdout, 'data')) as [Buffer];
    if (!line.toString().includes('"ready":true')) throw new Error(`the server does not start: ${line.toString()}`);
  };
  const stop = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  await start();
  const tokenOf = async (account: string) => (await readFile(join(directory, 'tokens', account), 'utf8')).trim();
  const [token, builder] = [await tokenOf('launcher'), await tokenOf('builder')];
  return {
    url,
    client: createClient({ baseUrl: url, token }),
    asBuilder: async (method, path, body) => {
      const raw = typeof body === 'string';
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${builder}`,
          'content-type': raw ? 'application/octet-stream' : 'application/json',
        },
        body: raw ? body : JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.headers.get('content-type')?.includes('json') === true ? answer.json() : undefined;
    },
    database: async () => {
      const host = privateDirectory(join(data, 'postgres'));
      const session = new pg.Client({ host, port: 5432, user: 'almanac', database: 'postgres' });
      // What ends the measurement is told by whoever waits, and not by a connection that ends with its server.
      session.on('error', () => undefined);
      await session.connect();
      return session;
    },
    pid: () => child?.pid ?? 0,
    start,
    stop,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** With ALMANAC_FLEET_PROFILE the server writes a profile of its processor time there when it ends. */
function profiling(directory: string): readonly string[] {
  const target = process.env['ALMANAC_FLEET_PROFILE'];
  return target === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${target === '' ? directory : target}`];
}

/** Processor time that a process used since its start, in seconds; clock ticks are hundredths of a second on Linux. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
