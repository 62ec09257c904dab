import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addApplication,
  askSite,
  createRepository,
  type Estate,
  outputOf,
  type Repository,
  runAlmanac,
  startEstate,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const server = (words: string) => `
require('node:http').createServer((request, response) => response.end('${words}, ' + process.env.WORD + ', ' + process.env.KEY)).listen(process.env.PORT, '127.0.0.1');
`;
const manifest = (application: string) => `application: ${application}
modules:
  web: { start: [node, server.js], health: /, stopGrace: 1 }
settings:
  WORD: { default: plain }
  KEY: { secret: true }
`;

describe('an environment and its time machine', () => {
  let directory: string;
  let estate: Estate;
  let teller: Repository;
  let between = '';

  const tells = async (application = 'teller') =>
    (await askSite({ application, port: estate.sitePorts[0], path: '/' })).body;
  const untilTold = (words: string) => waitUntil(`"${words}" to be told`, async () => (await tells()) === words, 60);
  const almanac = (...args: readonly string[]) => runAlmanac(args, { server: estate, token: estate.token, directory });
  const done = async (...args: readonly string[]) => outputOf(await almanac(...args));
  const push = async (words: string) => {
    const commit = await teller.commit(`feat: tell ${words}`, { 'server.js': server(words) });
    await estate.client.reportPush({ params: { application: 'teller' }, body: { commit } });
    await whenRunning(estate.client, { application: 'teller', commit });
    return commit;
  };
  const set = (key: string, value: string) =>
    estate.client.setSetting({
      params: { application: 'teller', key },
      body: { value, place: { environment: 'development', level: 'environment' } },
    });
  const state = async (at?: string) =>
    estate.client.getEnvironmentState({
      params: { environment: 'development' },
      query: at === undefined ? {} : { at },
    });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac time machine '));
    teller = await createRepository(join(directory, 'teller'));
    await teller.commit('feat: tell', { 'almanac.yaml': manifest('teller'), 'server.js': server('nothing') });
    estate = await startEstate();
    await addApplication(estate.client, teller.path);
    await set('KEY', 'first');
    await push('one');
    await untilTold('one, plain, first');
    between = new Date().toISOString();
    await push('two');
    await set('WORD', 'loud');
    await set('KEY', 'second');
    await done('configure', 'teller', '--in', 'development');
    await untilTold('two, loud, second');
    const other = await createRepository(join(directory, 'other'));
    await other.commit('feat: begin', { 'almanac.yaml': manifest('other'), 'server.js': server('other') });
    await addApplication(estate.client, other.path);
    await waitUntil('the other application to run', async () => (await tells('other')).startsWith('other'), 60);
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('tells what differs between then and now, and no secret', async () => {
    const text = await done('diff', `development@${between}`);

    expect(text).toMatch(/other +version +- +\w{8}/);
    expect(text).toMatch(/teller +settings: WORD +plain +loud/);
    expect(text).toMatch(/teller +settings: KEY +\(secret [0-9a-f]{6}\) +\(secret [0-9a-f]{6}\)/);
    expect(text).not.toMatch(/first|second/);
  });

  it('only plans the way back until somebody says yes, and says what goes', async () => {
    const text = await done('env', 'restore', 'development', '--at', between);

    expect(text).toContain('other: it is taken out');
    expect(text).toContain('Nothing has changed yet');
    expect(await tells()).toBe('two, loud, second');
  });

  it('lists values one by one where they are to be set back, too', async () => {
    const text = await done('env', 'restore', 'development', '--at', between, '--settings');

    expect(text).toContain('teller: WORD is taken away again: it was not set then');
    expect(text).toContain('teller: KEY is set back to the secret of then');
  });

  it('runs again what ran then, with the settings and secrets of then, and without what was not there', async () => {
    await done('env', 'restore', 'development', '--at', between, '--yes');

    expect(await tells()).toBe('one, plain, first');
    expect((await askSite({ application: 'other', port: estate.sitePorts[0], path: '/' })).status).toBe(404);
    const [now, then] = [await state(), await state(between)];
    expect(now.applications).toEqual(then.applications);
  });

  it('is not brought forward again by the branch that it follows, but by a newer commit', async () => {
    const holds = await done('env', 'holds', 'development');
    expect(holds).toContain('teller');

    await push('three');

    // The newer commit takes the settings that are set now.
    await untilTold('three, loud, second');
  });

  it('has a whole plan undone', async () => {
    const { items } = await estate.client.listPlans({ query: { environment: 'development', limit: 10 } });
    const restored = items.find((each) => each.origin === 'restore' && each.state === 'succeeded');

    await done('plan', 'rollback', String(restored?.number), '--yes');

    await untilTold('two, loud, second');
    expect(await tells('other')).toBe('other, plain, undefined');
  });

  it('finds what somebody changed by hand on a site, and puts it back unless it should only be shown', async () => {
    const file = await findRelease(estate.directory, "'two, ");
    const original = await readFile(file, 'utf8');
    await done('env', 'drift', 'development', 'show');
    await writeFile(file, original.replace('two', 'bad'));

    const shown = (await almanac('sync', 'development')).output;
    expect(shown).toContain('web/server.js is not what was brought');
    expect(await readFile(file, 'utf8')).toContain('bad');
    const { rows } = await estate.client.getBoard({ query: {} });
    const drifts = rows.flatMap((row) => row.cells.map((cell) => cell.drift)).filter((each) => each !== null);
    expect(drifts).toEqual(['development: web/server.js is not what was brought']);

    await done('env', 'drift', 'development', 'heal');
    await waitUntil('the site to know', async () => {
      const { generation } = await estate.client.getSite({ params: { site: 'development' } });
      return generation.desired === generation.observed;
    });
    const healed = await done('sync', 'development');
    expect(healed).toContain('in-step');
    expect(await readFile(file, 'utf8')).toBe(original);
  });
});

/** The file of the release that runs now, wherever the site keeps it. */
async function findRelease(directory: string, words: string): Promise<string> {
  const root = await realpath(directory);
  for (const entry of await readdir(root, { recursive: true })) {
    if (!entry.endsWith('server.js') || !entry.includes('releases')) continue;
    const path = join(root, entry);
    if ((await readFile(path, 'utf8')).includes(words)) return path;
  }
  throw new Error(`no release holds ${words}`);
}
