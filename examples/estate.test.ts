import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { HostFault, type RunningPostgres, startPostgres } from '@almanac/host';
import { type ModuleManifest, parseManifest } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { makeSampleRepositories } from './make-repositories.ts';

const deadlineMs = 20_000;
const tests = { timeout: 60_000 };

/** What a site would give to every instance; nothing else of this process is inherited. */
const stated = {
  PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
  HOST: '127.0.0.1',
  PORT: '0',
  ALMANAC_VERSION: '1.0.0',
  ALMANAC_ENVIRONMENT: 'development',
  ALMANAC_SITE: 'development-1',
};

let folder = '';
let postgres: RunningPostgres | undefined;
let databaseUrl: string | undefined;
let noDatabase = '';
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'almanac-estate-'));
  await makeSampleRepositories({ into: join(folder, 'repositories') });
  await cp(join(folder, 'repositories'), join(folder, 'built'), { recursive: true });
  for (const each of await modules()) {
    if (each.build !== undefined) await runShell(each.build, each.directory);
  }
  databaseUrl = await findDatabase();
}, 60_000);

afterAll(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the sample estate', () => {
  test('passes its own tests, and reports them as JUnit XML', tests, async () => {
    for (const { name, directory, test: command } of await modules()) {
      if (command === undefined) throw new Error(`${name} has no tests`);
      await runShell(command, directory);

      const report = await readFile(join(directory, 'reports', 'junit.xml'), 'utf8');
      expect(report).toMatch(/<testcase/);
      expect(report).not.toMatch(/<failure/);
    }
  });

  test('shows the products of the catalogue in the shop, and the fault when the catalogue goes', tests, async () => {
    const catalog = await start('catalog/api', {});
    const shop = await start('storefront/web', { CATALOG_URL: catalog.url, ORDERS_URL: 'http://127.0.0.1:1' });

    const page = await fetch(shop.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Moon calendar');

    expect(await stop(catalog)).toBe(0);
    const later = await fetch(shop.url);
    expect(later.status).toBe(503);
    expect(await later.text()).toContain('The catalogue does not answer');
    expect(await stop(shop)).toBe(0);
  });

  test(
    'takes an order in the shop once and ships it, by a worker that was there before the table',
    tests,
    async (context) => {
      const { DATABASE_URL } = needDatabase(context);
      const worker = await start('orders/worker', { DATABASE_URL, SHIPPING_DELAY_SECONDS: '0' });
      await expect.poll(() => worker.events, { timeout: deadlineMs }).toContain('waiting for the migration');
      await Promise.all([runFile('migrate.js', { DATABASE_URL }), runFile('migrate.js', { DATABASE_URL })]);
      const catalog = await start('catalog/api', {});
      const orders = await start('orders/api', { DATABASE_URL, CATALOG_URL: catalog.url, CURRENCY: 'EUR' });
      const shop = await start('storefront/web', { CATALOG_URL: catalog.url, ORDERS_URL: orders.url });
      expect((await fetch(`${orders.url}/healthz`)).status).toBe(200);
      await runFile('verify.js', { ALMANAC_URL: orders.url, CATALOG_URL: catalog.url });

      const form = { productId: 'tide-table', quantity: '3', key: 'pressed-twice' };
      const [first, second] = [await submit(shop.url, form), await submit(shop.url, form)];

      expect(second).toBe(first);
      await expect.poll(() => textOf(`${shop.url}${first}`), { timeout: deadlineMs }).toContain('Shipped');
      expect(await textOf(`${shop.url}${first}`)).toContain('€29.70');
      expect(await textOf(`${shop.url}/orders/none`)).toContain('There is no order none');
      expect(worker.events).not.toContain('round failed');
      for (const each of [shop, worker, orders, catalog]) expect(await stop(each)).toBe(0);
    },
  );
});

interface SampleModule extends ModuleManifest {
  readonly name: string;
  readonly directory: string;
}

async function modules(): Promise<readonly SampleModule[]> {
  const found: SampleModule[] = [];
  for (const application of ['catalog', 'orders', 'storefront']) {
    const root = join(folder, 'built', application);
    const parsed = parseManifest(await readFile(join(root, 'almanac.yaml'), 'utf8'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    for (const [name, module] of Object.entries(parsed.manifest.modules))
      found.push({ ...module, name: `${application}/${name}`, directory: join(root, module.path) });
  }
  return found;
}

interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has logged so far. */
  readonly events: readonly string[];
}

/** Starts a module by the command of its manifest; resolves when it logs that it listens or works. */
async function start(name: string, environment: Readonly<Record<string, string>>): Promise<Started> {
  const module = (await modules()).find((each) => each.name === name);
  if (module?.start === undefined) throw new Error(`there is no module ${name} with a start command`);
  const [program = '', ...args] = typeof module.start === 'string' ? ['sh', '-c', module.start] : module.start;
  const began = performance.now();
  const child = spawn(program, args, {
    cwd: module.directory,
    env: { ...stated, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const events: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error(`${name} did not start`)), deadlineMs);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${events.join(', ')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = JSON.parse(line) as { readonly event: string; readonly port?: number };
      events.push(entry.event);
      if (entry.event !== 'listening' && entry.event !== 'working') return;
      clearTimeout(deadline);
      resolve(entry.port ?? 0);
    });
  });
  console.log(`${name} started in ${Math.round(performance.now() - began)} ms`);
  return { url: `http://127.0.0.1:${port}`, child, events };
}

async function stop({ child }: Started): Promise<number | null> {
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(deadlineMs) });
  child.kill('SIGTERM');
  await exited;
  return child.exitCode;
}

/** Sends the form of the shop, and says where the answer leads. */
async function submit(url: string, fields: Record<string, string>): Promise<string | null> {
  const answer = await fetch(`${url}/orders`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  return answer.headers.get('location');
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function runShell(command: ModuleManifest['build'], directory: string): Promise<void> {
  if (typeof command !== 'string') throw new Error('expected a command for the shell');
  await promisify(execFile)('sh', ['-c', command], { cwd: directory, env: stated, timeout: deadlineMs });
}

async function runFile(file: string, environment: Readonly<Record<string, string>>): Promise<void> {
  await promisify(execFile)(process.execPath, [file], {
    cwd: join(folder, 'built', 'orders', 'api'),
    env: { ...stated, ...environment },
    timeout: deadlineMs,
  });
}

function needDatabase(context: TestContext): { readonly DATABASE_URL: string } {
  if (databaseUrl === undefined) return context.skip(`no PostgreSQL: ${noDatabase}`);
  return { DATABASE_URL: databaseUrl };
}

/** A PostgreSQL of our own, as a site would run one. */
async function findDatabase(): Promise<string | undefined> {
  const port = await freePort();
  try {
    postgres = await startPostgres({
      dataDirectory: join(folder, 'postgres'),
      logFile: join(folder, 'postgres.log'),
      mode: { kind: 'loopback', port, password: 'sample' },
      guarded: true,
    });
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    noDatabase = error.message;
    return undefined;
  }
  const { user, database } = postgres.connection;
  return `postgres://${user}:sample@127.0.0.1:${port}/${database}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}
