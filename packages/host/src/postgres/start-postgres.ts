import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { privateDirectory } from '../files/private-directory.ts';
import { rotateLog } from '../files/rotate-log.ts';
import { HostFault } from '../host-fault.ts';
import { isAlive, type ProcessIdentity, processIdentity } from '../processes/identity.ts';
import { whenGone } from '../processes/stop.ts';
import { findBinaries } from './binaries.ts';
import { ensureDataDirectory, superuser } from './data-directory.ts';
import { type Unprivileged, type UnprivilegedMethod, unprivileged } from './unprivileged.ts';

export interface PostgresOptions {
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly mode:
    | { readonly kind: 'private-socket' }
    /** For programs that need an address: loopback with password. */
    | { readonly kind: 'loopback'; readonly port: number; readonly password: string };
  /** Whether it stops with the process that started it; otherwise it runs on, and the next start adopts it. */
  readonly guarded: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** How it is run where we are root; the first way that the system allows unless given. */
  readonly unprivilegedBy?: UnprivilegedMethod;
}

export interface RunningPostgres {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password?: string;
    readonly database: string;
  };
  /** True when it ran already. */
  readonly adopted: boolean;
  readonly identity: ProcessIdentity;
  /** Resolves when a PostgreSQL that was started here ended, whoever ended it; never for one that was adopted. */
  readonly ended: Promise<void>;
  /** Fast shutdown: sessions are ended, everything is written. */
  readonly stop: () => Promise<void>;
}

/** Small enough for a laptop with several of them, durable in every case. */
const baseSettings: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '60',
  max_worker_processes: '4',
  max_wal_size: '256MB',
  dynamic_shared_memory_type: 'mmap',
  io_method: 'sync',
  huge_pages: 'off',
  jit: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
};

/**
 * POSIX shell. Its standard input is a pipe whose other end only the owner holds, so any death of the owner closes
 * it; the first `exec` keeps the pipe from being replaced for the background `cat`.
 */
const guard =
  'exec 3<&0; "$@" </dev/null 3<&- & PG=$!; trap "" INT TERM HUP; (cat <&3 >/dev/null; kill -INT $PG) & wait $PG';

const startDeadlineMs = 60_000;

/**
 * Starts PostgreSQL on a data directory, making it at the first start, or adopts the one that already runs there.
 *
 * @throws {HostFault} with one sentence when it cannot
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const binaries = await findBinaries();
  const { dataDirectory, mode } = options;
  const account = await unprivileged(options.unprivilegedBy);
  const running = findPostmaster(dataDirectory);
  if (running !== undefined) {
    if (!options.guarded) return adopt({ options, identity: running.identity, port: running.port });
    // The guard of an owner that died is ending it right now; what does not end is ended by us.
    if (!(await whenGone(running.identity, 10_000))) await fastStop(running.identity);
  }
  await ensureDataDirectory({
    binaries,
    directory: dataDirectory,
    password: mode.kind === 'loopback' ? mode.password : undefined,
    unprivileged: account,
  });
  await rotateLog(options.logFile, 10 * 1024 * 1024);
  const socketDirectory = privateDirectory(dataDirectory);
  const child = spawnPostgres({ options, postgres: binaries.postgres, account, socketDirectory });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const identity = await whenReady({ child, dataDirectory, logFile: options.logFile });
  const connection = connectionOf({ mode, socketDirectory });
  return {
    connection,
    adopted: false,
    identity,
    ended,
    stop: () => stopOwned({ child, identity, guarded: options.guarded }),
  };
}

/** Where the PostgreSQL that runs on a data directory listens for its owner; undefined when none is ready there. */
export function runningPostgres(dataDirectory: string): RunningPostgres['connection'] | undefined {
  if (findPostmaster(dataDirectory)?.ready !== true) return undefined;
  return connectionOf({ mode: { kind: 'private-socket' }, socketDirectory: privateDirectory(dataDirectory) });
}

function adopt(input: {
  readonly options: PostgresOptions;
  readonly identity: ProcessIdentity;
  readonly port: number;
}): RunningPostgres {
  const { mode, dataDirectory } = input.options;
  const actual = mode.kind === 'loopback' ? { ...mode, port: input.port } : mode;
  const connection = connectionOf({ mode: actual, socketDirectory: privateDirectory(dataDirectory) });
  return {
    connection,
    adopted: true,
    identity: input.identity,
    ended: new Promise(() => undefined),
    stop: () => fastStop(input.identity),
  };
}

function spawnPostgres(input: {
  readonly options: PostgresOptions;
  readonly postgres: string;
  readonly account: Unprivileged;
  readonly socketDirectory: string;
}): ChildProcess {
  const { options } = input;
  const address =
    options.mode.kind === 'loopback'
      ? { listen_addresses: '127.0.0.1', port: String(options.mode.port) }
      : { listen_addresses: '', port: '5432' };
  const settings = {
    ...baseSettings,
    ...options.settings,
    ...address,
    unix_socket_directories: input.socketDirectory,
    unix_socket_permissions: '0700',
  };
  const args = [
    '-D',
    options.dataDirectory,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const wrapped = input.account.wrap(input.postgres, args);
  const log = openSync(options.logFile, 'a', 0o600);
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
  const child = options.guarded
    ? spawn('/bin/sh', ['-c', guard, 'almanac-postgres', wrapped.command, ...wrapped.args], {
        stdio: ['pipe', log, log],
        detached: true,
        env,
      })
    : spawn(wrapped.command, [...wrapped.args], { stdio: ['ignore', log, log], detached: true, env });
  closeSync(log);
  child.unref();
  return child;
}

async function whenReady(input: {
  readonly child: ChildProcess;
  readonly dataDirectory: string;
  readonly logFile: string;
}): Promise<ProcessIdentity> {
  let ended = false;
  let fault: Error | undefined;
  input.child.once('exit', () => {
    ended = true;
  });
  input.child.once('error', (error) => {
    fault = error;
  });
  const deadline = performance.now() + startDeadlineMs;
  for (;;) {
    const found = findPostmaster(input.dataDirectory);
    if (found?.ready === true) return found.identity;
    if (fault !== undefined) throw new HostFault(`PostgreSQL cannot be started: ${fault.message}`, fault);
    if (ended) throw new HostFault(`PostgreSQL ended at its start: ${lastComplaint(input.logFile)}`);
    if (performance.now() > deadline)
      throw new HostFault(
        `PostgreSQL is not ready after ${startDeadlineMs / 1000} seconds; ${input.logFile} says more`,
      );
    await pause(10);
  }
}

/** Reads postmaster.pid (lines: pid, directory, start, port, socket, address, shared memory, state). */
function findPostmaster(
  dataDirectory: string,
): { readonly identity: ProcessIdentity; readonly port: number; readonly ready: boolean } | undefined {
  let lines: readonly string[];
  try {
    lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const identity = processIdentity(Number(lines[0]));
  // A number that was given to another program since is no postmaster: its command would not be ours.
  if (identity === undefined || !isPostgres(identity.pid, dataDirectory)) return undefined;
  return { identity, port: Number(lines[3]), ready: (lines[7] ?? '').trim() === 'ready' };
}

function isPostgres(pid: number, dataDirectory: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataDirectory);
  } catch {
    return false;
  }
}

async function stopOwned(input: {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
  readonly guarded: boolean;
}): Promise<void> {
  await fastStop(input.identity);
  if (input.guarded) input.child.stdin?.destroy();
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (which recovers at the next start). */
async function fastStop(identity: ProcessIdentity): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 5000],
  ] as const) {
    if (!isAlive(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
    if (await whenGone(identity, patienceMs)) return;
  }
}

function connectionOf(input: {
  readonly mode: PostgresOptions['mode'];
  readonly socketDirectory: string;
}): RunningPostgres['connection'] {
  const { mode } = input;
  const common = { user: superuser, database: 'postgres' };
  if (mode.kind === 'private-socket') return { ...common, host: input.socketDirectory, port: 5432 };
  return { ...common, host: '127.0.0.1', port: mode.port, password: mode.password };
}

function lastComplaint(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-40);
  const complaint =
    lines.findLast((line) => /FATAL|PANIC|ERROR|could not|refused/.test(line)) ??
    lines.at(-1) ??
    `${logFile} says more`;
  return complaint.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '');
}
