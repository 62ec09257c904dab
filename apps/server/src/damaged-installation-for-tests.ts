import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostFault, type RunningPostgres, startPostgres } from '@almanac/host';
import { type Route, routes } from '@almanac/protocol';
import pg from 'pg';
import { type RunningServer, startServer } from './composition.ts';
import { readConfig } from './config.ts';

const outside = '203.0.113.7';
const password = 'seven purple teapots';

/** One way in which an installation is damaged before its next start. */
export type Damage =
  | { readonly kind: 'file'; readonly file: string; readonly bytes: number }
  | { readonly kind: 'table'; readonly table: string; readonly how: 'emptied' | 'dropped' };

export interface DamagedInstallation {
  /** Every file that the server reads at its start cut short at each byte, and every table emptied and dropped. */
  readonly damages: readonly Damage[];
  /**
   * Starts a copy that is damaged like that.
   *
   * @returns `refused` where the start ended with a message, `closed` where it runs and is, and otherwise what is open
   */
  readonly start: (damage: Damage) => Promise<'refused' | 'closed' | readonly string[]>;
  readonly stop: () => Promise<void>;
}

/** An installation that was set up, admits two networks alone and asks everybody for a second factor. */
export async function prepareInstallation(): Promise<DamagedInstallation> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac damaged '));
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    logFile: join(directory, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
  });
  const origin = join(directory, 'origin');
  await query(postgres, 'postgres', 'create database origin');
  const { setupToken, administrator, keyId } = await setUp(startOn(postgres, 'origin', origin));
  const files = await filesOf(origin);
  const { rows: tables } = await query(
    postgres,
    'origin',
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const start: DamagedInstallation['start'] = async (damage) => {
    const name = `copy_${randomUUID().replaceAll('-', '')}`;
    const data = join(directory, name);
    await query(postgres, 'postgres', `create database ${name} template origin`);
    await cp(origin, data, { recursive: true });
    if (damage.kind === 'file') await truncate(join(data, damage.file), damage.bytes);
    else await query(postgres, name, damaging(damage));
    let server: RunningServer | undefined;
    try {
      server = await startOn(postgres, name, data)();
      const open = await openOf(server, { setupToken });
      if (damage.kind === 'file') open.push(...(await changedOf(server, { administrator, keyId })));
      return open.length === 0 ? 'closed' : open;
    } catch (error) {
      // A file is the operator's to mend, so what is wrong with it is said in a sentence.
      const isSaid = damage.kind === 'file' ? error instanceof HostFault : error instanceof Error;
      if (server !== undefined || !isSaid) throw error;
      return 'refused';
    } finally {
      await server?.stop();
      await query(postgres, 'postgres', `drop database ${name} with (force)`);
      await rm(data, { recursive: true, force: true });
    }
  };
  return {
    damages: [
      ...files.flatMap(({ file, size }) =>
        Array.from({ length: size }, (_, bytes): Damage => ({ kind: 'file', file, bytes })),
      ),
      ...tables.flatMap(({ name: table }): readonly Damage[] =>
        (['emptied', 'dropped'] as const).map((how) => ({ kind: 'table', table, how })),
      ),
    ],
    start,
    stop: async () => {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Starts a copy for every so many damages: what came open, in words, and how the others ended. */
export async function tryDamages(installation: DamagedInstallation, every: number) {
  const open: string[] = [];
  const outcomes = { refused: 0, closed: 0 };
  for (const [at, damage] of installation.damages.entries()) {
    if (at % every !== 0) continue;
    const outcome = await installation.start(damage);
    if (typeof outcome === 'string') outcomes[outcome] += 1;
    else open.push(`${JSON.stringify(damage)}: ${outcome.join(', ')}`);
  }
  return { open, ...outcomes };
}

const startOn = (postgres: RunningPostgres, database: string, data: string) => () =>
  startServer(
    readConfig({
      ALMANAC_PORT: '0',
      ALMANAC_DATA: data,
      ALMANAC_BOOTSTRAP_TOKENS: join(data, 'tokens'),
      ALMANAC_LOG_LEVEL: 'silent',
      DATABASE_URL: addressOf(postgres, database),
    }),
  );

function addressOf({ connection }: RunningPostgres, database: string): string {
  return `postgres://${connection.user}@localhost/${database}?host=${encodeURIComponent(connection.host)}`;
}

async function query(postgres: RunningPostgres, database: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: addressOf(postgres, database) });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

/** References to a table go with its rows: they are lost, not unlinked. */
function damaging({ table, how }: Extract<Damage, { readonly kind: 'table' }>): string {
  return how === 'dropped'
    ? `drop table ${table} cascade`
    : `set session_replication_role = replica; delete from ${table}`;
}

/** What the server reads at its start, but for what it holds open while it runs. */
async function filesOf(data: string): Promise<readonly { readonly file: string; readonly size: number }[]> {
  const found: { readonly file: string; readonly size: number }[] = [];
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push({ file: path.slice(data.length + 1), size: (await readFile(path)).length });
  }
  return found;
}

async function setUp(begin: () => Promise<RunningServer>) {
  const server = await begin();
  const setupToken = new URL(server.setupUrl ?? '').searchParams.get('token') ?? '';
  const made = await ask(server, 'POST /setup', { body: { token: setupToken, name: 'ada', password } });
  const cookie = [made.headers['set-cookie']].flat().map((each) => String(each).split(';')[0]);
  const session = { cookie: cookie.join('; '), 'sec-fetch-site': 'same-origin' };
  const change = async (request: `${string} /${string}`, body: object, revision?: number) => {
    const headers = { ...session, ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }) };
    const answer = await ask(server, request, { headers, body });
    if (answer.statusCode >= 300) throw new Error(`${request}: ${answer.statusCode} ${answer.body}`);
    return answer.json();
  };
  await change('POST /environments', { name: 'production', displayName: 'P', type: 'production' });
  const { secret: administrator } = await change('POST /principals', { name: 'program', role: 'administrator' });
  const keyId = await keyIdOf(server, administrator);
  const networks = ['127.0.0.0/8', '10.0.0.0/8'];
  await change('PATCH /allow-lists', { entrances: { console: networks, api: networks } }, 1);
  await change('POST /allow-lists/confirm', {});
  const { revision } = (await ask(server, 'GET /second-factor-policy', { headers: session })).json();
  await change('PUT /second-factor-policy', { everybody: true, roles: [] }, revision);
  await server.stop();
  return { setupToken, administrator, keyId };
}

/** What the server signs with, as whoever verifies its audit is told. */
async function keyIdOf(server: RunningServer, administrator: string): Promise<string> {
  const headers = { authorization: `Bearer ${administrator}` };
  const answer = await ask(server, 'GET /audit/checkpoints', { headers });
  return JSON.stringify(answer.json().keys);
}

function ask(
  server: RunningServer,
  request: `${string} /${string}`,
  given: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: object;
    readonly from?: string;
  } = {},
) {
  const [method = 'GET', path = '/'] = request.split(' ');
  return server.http.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    headers: { host: '127.0.0.1', ...given.headers },
    ...(given.from === undefined ? {} : { remoteAddress: given.from }),
    ...(given.body === undefined ? {} : { payload: given.body }),
  });
}

/** What a stranger gets done. */
async function openOf(server: RunningServer, { setupToken }: { readonly setupToken: string }): Promise<string[]> {
  const open: string[] = [];
  const note = (what: string, isOpen: boolean) => isOpen && open.push(what);
  note('a setup link is shown', server.setupUrl !== undefined);
  for (const token of [setupToken, '', setupToken.slice(0, 20)]) {
    const body = { token, name: 'eve', password };
    note('it is set up again', (await ask(server, 'POST /setup', { body })).statusCode < 400);
  }
  const signedIn = await ask(server, 'POST /sessions', { body: { name: 'ada', password } });
  note('a password is enough', signedIn.statusCode < 300 && signedIn.json().state === 'signed-in');
  note('other networks come in', (await ask(server, 'GET /setup', { from: outside })).statusCode < 400);
  for (const [operation, route] of Object.entries<Route>(routes)) {
    if (route.permission === 'public' || route.method === 'GET') continue;
    const path = route.path.replaceAll(/:\w+/g, 'production') as `/${string}`;
    note(operation, (await ask(server, `${route.method} ${path}`)).statusCode < 400);
  }
  const headers = { authorization: 'Bearer alm_made_of_thin_air_and_long_enough' };
  note('a token that is none', (await ask(server, 'GET /principals', { headers })).statusCode < 400);
  return open;
}

/** What is not as before, where nothing but a file was damaged. */
async function changedOf(
  server: RunningServer,
  { administrator, keyId }: { readonly administrator: string; readonly keyId: string },
): Promise<readonly string[]> {
  const me = await ask(server, 'GET /me', { headers: { authorization: `Bearer ${administrator}` } });
  return [
    ...(me.statusCode === 200 ? [] : ['an administrator is not known any more']),
    ...((await keyIdOf(server, administrator)) === keyId ? [] : ['it signs with another key']),
  ];
}
