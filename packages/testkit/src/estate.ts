import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Client, createClient } from '@almanac/client';
import { freePorts } from './free-ports.ts';

const repository = join(import.meta.dirname, '..', '..', '..');
const startPatienceMs = 120_000;

/** A whole Almanac in real processes, as `npm start` brings it up, on ports and data of its own. */
export interface Estate {
  readonly url: string;
  readonly setupUrl: string | undefined;
  /** Front ports of Development, Quality and Production. */
  readonly sitePorts: readonly [number, number, number];
  /** Everything of the estate on disk. */
  readonly directory: string;
  readonly data: string;
  readonly client: Client;
  /** A token of an administrator. */
  readonly token: string;
  /** Milliseconds from the start to the line that says that it runs. */
  readonly startedIn: number;
  readonly launcher: ChildProcess;
  /** Ctrl-C, and waits for the end. */
  readonly stop: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export interface EstateOptions {
  /** Where the sources stand that are run; this repository unless given. */
  readonly root?: string;
  /** Beside what an estate needs. */
  readonly environment?: Readonly<Record<string, string>>;
  /** An empty folder for everything of the estate; a new one unless given. */
  readonly directory?: string;
}

/** Starts an estate; on the data of an earlier one when it is given. */
export async function startEstate(
  earlier?: Pick<Estate, 'data' | 'url' | 'sitePorts'>,
  options: EstateOptions = {},
): Promise<Estate> {
  const directory = earlier === undefined ? (options.directory ?? (await makeDirectory())) : dirname(earlier.data);
  const data = join(directory, 'data');
  const port = earlier === undefined ? await freePorts(1) : Number(new URL(earlier.url).port);
  const site = earlier?.sitePorts[0] ?? (await freePorts(3));
  const startedAt = performance.now();
  const launcher = spawn(process.execPath, [join(options.root ?? repository, 'apps/launcher/src/main.ts')], {
    env: {
      ...process.env,
      ALMANAC_DATA: data,
      ALMANAC_PORT: String(port),
      ALMANAC_SITE_PORT: String(site),
      ALMANAC_RUNTIME_DIR: join(directory, 'runtime'),
      ALMANAC_UID_RANGE: accountsOf(port),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = await whenRunning(launcher);
  const url = `http://127.0.0.1:${port}`;
  const token = (await readFile(join(data, 'tokens', 'launcher'), 'utf8')).trim();
  return {
    url,
    setupUrl: /(http\S+\/setup\?token=\S+)/.exec(output)?.[1],
    sitePorts: [site, site + 1, site + 2],
    directory,
    data,
    client: createClient({ baseUrl: url, token }),
    token,
    startedIn: performance.now() - startedAt,
    launcher,
    stop: async () => {
      if (launcher.exitCode !== null || launcher.signalCode !== null) return;
      const ended = new Promise((resolve) => launcher.once('exit', resolve));
      launcher.kill('SIGINT');
      await ended;
    },
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/**
 * The accounts of whoever listens on a port. Estates and agents that run at the same time must not share any: whatever ends
 * there takes along all that runs as its own.
 */
export function accountsOf(port: number): string {
  const first = 1_000_000 + port * 100;
  return `${first}-${first + 99}`;
}

/** Other accounts may pass it: applications run as accounts of their own where we are root. */
async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac e2e '));
  await chmod(directory, 0o711);
  return directory;
}

function whenRunning(launcher: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`the estate does not start:\n${output}`)), startPatienceMs);
    const take = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (!output.includes('Ctrl-C stops everything')) return;
      clearTimeout(timer);
      resolve(output);
    };
    launcher.stdout?.on('data', take);
    launcher.stderr?.on('data', take);
    launcher.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the launcher ended with ${code}:\n${output}`));
    });
  });
}
