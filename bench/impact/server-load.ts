import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@almanac/host';
import { type DrawnEstate, freePorts, waitUntil, writeEstate } from '@almanac/testkit';
import pg from 'pg';

export interface ColdLoad {
  /** Seconds from the first row that the server reads to the index that answers; one for each start. */
  readonly seconds: readonly number[];
  /** Megabytes at the most, of the whole process, and of one on an empty database. */
  readonly megabytes: readonly number[];
  readonly emptyMegabytes: number;
}

/** Lets a server load its index from a database that holds an estate, as its own start does. */
export async function measureColdLoad(estate: DrawnEstate, starts: number): Promise<ColdLoad> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac-impact-'));
  const port = await freePorts(1);
  const password = 'bench';
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    logFile: join(directory, 'postgres.log'),
    mode: { kind: 'loopback', port, password },
    guarded: true,
  });
  const { user, database } = postgres.connection;
  const address = `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  try {
    const empty = await startOnce({ directory, address });
    const session = new pg.Client({ connectionString: address });
    await session.connect();
    await writeEstate((text, values) => session.query(text, values), estate);
    await session.end();
    const loads: Started[] = [];
    for (let start = 0; start < starts; start += 1) loads.push(await startOnce({ directory, address }));
    return {
      seconds: loads.map((each) => each.seconds),
      megabytes: loads.map((each) => each.megabytes),
      emptyMegabytes: empty.megabytes,
    };
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Started {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Starts a server, waits until it has loaded its index, and stops it. */
async function startOnce(given: { readonly directory: string; readonly address: string }): Promise<Started> {
  const port = await freePorts(1);
  const main = join(import.meta.dirname, '..', '..', 'apps', 'server', 'src', 'main.ts');
  const server = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      ALMANAC_PORT: String(port),
      ALMANAC_DATA: join(given.directory, 'data'),
      ALMANAC_LOG_LEVEL: 'error',
      DATABASE_URL: given.address,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    let metrics = '';
    await waitUntil(
      'the index to be loaded',
      async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
        metrics = (await answer?.text()) ?? '';
        return /^almanac_impact_index_loads 1$/m.test(metrics);
      },
      300,
    );
    const seconds = Number(/^almanac_impact_index_load_seconds (\S+)$/m.exec(metrics)?.[1]);
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return { seconds, megabytes: Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1000 };
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}
