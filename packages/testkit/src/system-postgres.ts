import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';
import { waitUntil } from './wait-until.ts';

const nobody = 65534;
const installed = '/usr/lib/postgresql';

/** Where Debian's PostgreSQL stands, the newest of 15 or newer; undefined where none is installed. */
export function systemPostgresBinaries(): string | undefined {
  const versions = existsSync(installed) ? readdirSync(installed) : [];
  const newest = versions
    .map(Number)
    .filter((version) => version >= 15)
    .toSorted((a, b) => b - a)[0];
  return newest === undefined ? undefined : join(installed, String(newest), 'bin');
}

/** A PostgreSQL that is not ours, of another release than ours, as companies have them. */
export interface SystemPostgres {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Starts the system's PostgreSQL on an empty data directory; root starts it as `nobody`, because it refuses to be root. */
export async function startSystemPostgres(binaries: string): Promise<SystemPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac-postgres-'));
  const account = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if ('uid' in account) await chown(directory, nobody, nobody);
  const data = join(directory, 'data');
  const options = { ...account, cwd: directory, env: { LC_ALL: 'C' } };
  await promisify(execFile)(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'almanac', '--auth=trust', '-E', 'UTF8'],
    options,
  );
  const port = await freePorts(1);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`];
  const child = spawn(join(binaries, 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
    ...options,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const asked = ['-h', '127.0.0.1', '-p', String(port)];
  await waitUntil('PostgreSQL to be ready', () =>
    promisify(execFile)(join(binaries, 'pg_isready'), asked).then(
      () => true,
      () => false,
    ),
  );
  return {
    url: `postgres://almanac@127.0.0.1:${port}/postgres`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
