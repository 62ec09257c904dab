import { mkdtemp, rm } from 'node:fs/promises';
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
require('node:http').createServer((request, response) => response.end('${words}, ' + process.env.WORD)).listen(process.env.PORT, '127.0.0.1');
`;
const manifest = `application: teller
modules:
  web: { start: [node, server.js], health: /, stopGrace: 1 }
settings:
  WORD: { secret: true }
`;

describe('a server that was restored from a backup', () => {
  let directory: string;
  let estate: Estate;
  let repository: Repository;

  const tells = async () => (await askSite({ application: 'teller', port: estate.sitePorts[0], path: '/' })).body;
  const untilTold = (words: string) => waitUntil(`"${words}" to be told`, async () => (await tells()) === words, 60);
  const almanac = (...args: readonly string[]) => runAlmanac([...args, '--data', estate.data], { directory });
  const push = async (words: string) => {
    const commit = await repository.commit(`feat: tell ${words}`, { 'server.js': server(words) });
    await estate.client.reportPush({ params: { application: 'teller' }, body: { commit } });
    await whenRunning(estate.client, { application: 'teller', commit });
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac back in time '));
    repository = await createRepository(join(directory, 'teller'));
    await repository.commit('feat: tell', { 'almanac.yaml': manifest, 'server.js': server('Monday') });
    estate = await startEstate();
    await addApplication(estate.client, repository.path);
    await estate.client.setSetting({
      params: { application: 'teller', key: 'WORD' },
      body: { value: 'rain', place: { environment: 'development', level: 'environment' } },
    });
    await push('Tuesday');
    await untilTold('Tuesday, rain');
    outputOf(await almanac('backup', join(directory, 'tuesday')));
    await push('Wednesday');
    await push('Thursday');
    await untilTold('Thursday, rain');
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('is not restored while it runs', async () => {
    expect(await almanac('restore', join(directory, 'tuesday'), '--replace')).toMatchObject({
      status: 1,
      complaint: expect.stringContaining('stop it first'),
    });
  });

  it('takes its sites back with it, secrets included, though they had newer orders', async () => {
    await estate.stop();

    const output = outputOf(await almanac('restore', join(directory, 'tuesday'), '--replace'));
    estate = await startEstate(estate);

    expect(output).toContain('Restored as of');
    await untilTold('Tuesday, rain');
  });

  it('goes forward again from there', async () => {
    await push('Friday');

    await untilTold('Friday, rain');
  });
});
