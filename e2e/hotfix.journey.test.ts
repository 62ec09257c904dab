import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const server = (price: string, more = '') => `
${more}
require('node:http').createServer((request, response) => response.end('${price}')).listen(process.env.PORT, '127.0.0.1');
`;
const manifest = `application: prices
modules:
  web:
    start: [node, server.js]
    health: /
    stopGrace: 1
`;

interface Told {
  readonly type: string;
  readonly data: { readonly title: string };
}

describe('a hotfix of what Production runs', () => {
  let estate: Estate;
  let directory: string;
  let repository: Repository;
  let receiver: Server;
  const told: Told[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac hotfix '));
    await chmod(directory, 0o755);
    repository = await createRepository(join(directory, 'prices'));
    await repository.commit('feat: prices', { 'almanac.yaml': manifest, 'server.js': server('wrong') });
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        told.push(JSON.parse(body));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    estate = await startEstate(undefined, { environment: { ALMANAC_OUTBOUND_INTERNAL: '127.0.0.0/8' } });
  });
  afterAll(async () => {
    receiver.close();
    await estate.stop();
    await estate.remove();
    await rm(directory, { recursive: true, force: true });
  });

  const almanac = (words: string) => runAlmanac(words.split(' '), { server: estate, token: estate.token, directory });
  const done = async (words: string) => outputOf(await almanac(words));
  const answerOf = async (port: number | undefined) =>
    (await askSite({ port: port ?? 0, application: 'prices', path: '/' })).body;

  it('is made, deployed, told of wherever it is not yet, guarded, brought back, and closes by itself', async () => {
    const { port } = receiver.address() as AddressInfo;
    await done(`notification add team --url http://127.0.0.1:${port}/ --event plan-succeeded --event hotfix-*`);
    expect(await done('notification test team')).toContain('delivered');
    await addApplication(estate.client, repository.path);
    await done('version tag prices --number 1.7.0');
    await done('promote prices --to quality');
    await done('promote prices --to production');
    const ahead = await repository.commit('feat: more', { 'more.txt': 'more' });
    await whenRunning(estate.client, { application: 'prices', commit: ahead });
    await done('version tag prices --number 1.8.0');
    await done('promote prices --to quality');

    // The branch begins at what Production runs; the fix is committed there and built by itself.
    const started = await done('hotfix start prices --env production');
    expect(started).toContain('hotfix/1.7.0');
    expect(started).toContain('Next: commit the fix to hotfix/1.7.0');
    await repository.git('checkout', '--quiet', 'hotfix/1.7.0');
    await repository.commit('fix: the price', { 'server.js': server('right') });
    const build = await waitUntil('the build of the hotfix', async () => {
      const { items } = await estate.client.listHotfixes({ query: {} });
      return items[0]?.build ?? undefined;
    });
    const { items } = await estate.client.listBuilds({ params: { application: 'prices' } });
    const number = items.find((each) => each.id === build.id)?.number;
    expect(await done(`version tag prices --build ${number}`)).toContain('1.8.1');
    await done(`deploy prices --build ${number} --to production`);

    expect(await answerOf(estate.sitePorts[2])).toBe('right');
    expect(await answerOf(estate.sitePorts[1])).toBe('wrong');
    expect(await done('status')).toMatch(/1\.8\.1 \(hotfix 1\)/);
    expect(await done('status')).toContain('lacks hotfix 1');
    expect(await done('hotfix list')).toContain('bring the fix into quality and development');

    // Whoever would lose it is told, and has to say that it is wanted.
    const lost = await almanac('promote prices --to production');
    expect(lost.status).toBe(6);
    expect(`${lost.output}${lost.complaint}`).toContain('production runs hotfix 1 (hotfix/1.7.0)');

    // Quality becomes what Production is, to look at it there.
    await done('replicate --from production --to quality');
    expect(await answerOf(estate.sitePorts[1])).toBe('right');

    // The same change on the main branch, under another commit, is the fix.
    const fix = await repository.git('rev-parse', 'HEAD');
    await repository.git('checkout', '--quiet', 'main');
    await repository.git('cherry-pick', fix);
    const picked = await repository.git('rev-parse', 'HEAD');
    expect(picked).not.toBe(fix);
    await whenRunning(estate.client, { application: 'prices', commit: picked });
    await waitUntil('the hotfix to close', async () => {
      const hotfix = await estate.client.getHotfix({ params: { hotfix: '1' } });
      return hotfix.state === 'closed';
    });

    expect(await done('hotfix show 1')).toContain('its changes are in every environment');
    await waitUntil('the last notification', () => told.some((each) => each.type === 'almanac.hotfix.closed'));
    expect(told.map((each) => each.type)).toEqual(
      expect.arrayContaining(['almanac.test', 'almanac.hotfix.started', 'almanac.plan.succeeded']),
    );
    expect(await done('notification deliveries team')).toContain('Hotfix 1 of prices for production was closed');
  });
});
