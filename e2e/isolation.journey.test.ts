import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addApplication, askSite, createRepository, type Estate, endOf, startEstate } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The processes in whose environment the word is found: by whoever may look. */
const search = `
const knowing = () => require('node:fs').readdirSync('/proc').filter((pid) => /^[0-9]+$/.test(pid)).filter((pid) => {
  try { return require('node:fs').readFileSync('/proc/' + pid + '/environ', 'utf8').includes('xyz' + 'zy'); } catch { return false; }
}).map(Number);
`;

/** Holds a secret in its environment, its memory and its volume, and says where it is: all that a spy could wish for. */
const victim = `${search}
const { realpathSync, writeFileSync } = require('node:fs');
const kept = Buffer.from(process.env.SECRET_WORD + ' in memory');
writeFileSync('data/secret.txt', String(process.env.SECRET_WORD));
require('node:http').createServer((request, response) => response.end(JSON.stringify({
  pid: process.pid, uid: process.getuid(), release: __filename, volume: realpathSync('data/secret.txt'), home: process.env.HOME,
  database: process.env.DATABASE_URL, held: kept.length, seen: knowing(),
}))).listen(process.env.PORT, '127.0.0.1');
`;

/** Tries what it is told to read, and says what came of it. */
const spy = `${search}
const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { execFileSync } = require('node:child_process');
const attempt = (work) => { try { return { got: String(work()).slice(0, 200) }; } catch (error) { return { denied: error.code ?? error.message }; } };
require('node:http').createServer((request, response) => {
  const { read = [], list = [], write = [], signal = [] } = JSON.parse(decodeURIComponent(request.url.slice(1)) || '{}');
  response.end(JSON.stringify({
    uid: process.getuid(), seen: knowing(),
    read: read.map((path) => attempt(() => readFileSync(path))),
    list: list.map((path) => attempt(() => readdirSync(path))),
    write: write.map((path) => attempt(() => writeFileSync(path, 'spoilt'))),
    signal: signal.map((pid) => attempt(() => process.kill(pid, 0))),
    become: attempt(() => execFileSync('/bin/su', ['-c', 'id'], { stdio: 'pipe', timeout: 5000 })),
  }));
}).listen(process.env.PORT, '127.0.0.1');
`;

const manifest = (name: string, more: string) => `application: ${name}
modules:
  web: { start: [node, server.js], health: /%7B%7D, stopGrace: 1${more} }
`;

describe.runIf(process.getuid?.() === 0)('an application of a site that is root', () => {
  let directory: string;
  let estate: Estate;
  let victimIs: {
    pid: number;
    uid: number;
    release: string;
    volume: string;
    home: string;
    database: string;
    seen: number[];
  };

  const ask = async (application: string, path: string) =>
    JSON.parse((await askSite({ application, port: estate.sitePorts[0], path })).body);
  const tries = (what: object) => ask('spy', `/${encodeURIComponent(JSON.stringify(what))}`);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac isolation '));
    estate = await startEstate();
    const repositories = [
      [
        'victim',
        `${manifest('victim', ', volumes: { data: ./data }')}connections:\n  DATABASE_URL: { type: postgres }\nsettings:\n  SECRET_WORD: { secret: true }\n`,
        victim,
      ],
      ['spy', manifest('spy', ''), spy],
    ] as const;
    for (const [name, text, server] of repositories) {
      const repository = await createRepository(join(directory, name));
      await repository.commit('feat: begin', { 'almanac.yaml': text, 'server.js': server });
      await addApplication(estate.client, repository.path);
    }
    await estate.client.setSetting({
      params: { application: 'victim', key: 'SECRET_WORD' },
      body: { place: { environment: 'development', level: 'environment' }, value: 'xyzzy' },
    });
    const { id } = await estate.client.createPlan({
      body: { environment: 'development', operations: [{ kind: 'configure', application: 'victim' }], start: true },
    });
    const { state, reason } = await endOf(estate.client, id);
    if (state !== 'succeeded') throw new Error(`the secret did not arrive: ${reason}`);
    victimIs = await ask('victim', '/');
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('runs as an account of its own, and can become no other', async () => {
    const found = await tries({});

    expect(found.uid).toBeGreaterThanOrEqual(210_000);
    expect(victimIs.uid).toBeGreaterThanOrEqual(210_000);
    expect(found.uid).not.toBe(victimIs.uid);
    expect(found.become).not.toHaveProperty('got');
  });

  it('sees in no process what another one knows', async () => {
    const found = await tries({
      read: [`/proc/${victimIs.pid}/environ`, `/proc/${victimIs.pid}/mem`],
      signal: [victimIs.pid],
    });

    // It sees itself: what is looked for can be found by who may.
    expect(victimIs.seen).toContain(victimIs.pid);
    expect(found.seen).toEqual([]);
    expect(found.read).toEqual([{ denied: 'EACCES' }, { denied: 'EACCES' }]);
    expect(found.signal).toEqual([{ denied: 'EPERM' }]);
  });

  it('reads, lists and changes no file of another one, of the agent or of the server', async () => {
    const site = join(estate.data, 'sites', 'development');
    const closed = [
      victimIs.volume,
      victimIs.release,
      join(site, 'identity.json'),
      join(site, 'journal.json'),
      join(site, 'desired.json'),
      join(estate.data, 'sites', 'shared', 'databases.json'),
      join(estate.data, 'keys', 'secrets.key'),
      join(estate.data, 'tokens', 'launcher'),
      '/etc/shadow',
    ];
    const found = await tries({
      read: closed,
      list: [
        victimIs.home,
        join(estate.directory, 'runtime', 'sites'),
        join(estate.directory, 'runtime', 'accounts'),
        estate.data,
      ],
      write: [
        victimIs.volume,
        victimIs.release,
        join(estate.directory, 'runtime', 'programs', 'mine'),
        join(victimIs.home, 'mine'),
      ],
    });

    for (const kind of ['read', 'list', 'write'] as const)
      for (const each of found[kind]) expect(each).toEqual({ denied: 'EACCES' });
  });

  it('does not get into the database of another one, though it reaches its port', async () => {
    const { port, pathname } = new URL(victimIs.database);
    const connect = async (address: string) => {
      const { default: pg } = await import('pg');
      const client = new pg.Client(address);
      await client.connect();
      const { rows } = await client.query('select current_user as who');
      await client.end();
      return rows[0].who;
    };

    expect(await connect(victimIs.database)).toBe(pathname.slice(1));
    await expect(connect(`postgres://almanac:guess@127.0.0.1:${port}/postgres`)).rejects.toThrow(
      'password authentication failed',
    );
    await expect(connect(`postgres://${pathname.slice(1)}@127.0.0.1:${port}${pathname}`)).rejects.toThrow('password');
  });
});
