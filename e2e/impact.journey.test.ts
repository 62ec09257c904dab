import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addApplication,
  createRepository,
  type Estate,
  type Repository,
  runAlmanac,
  startEstate,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const server = `
require('node:http').createServer((request, response) => response.end('fine')).listen(process.env.PORT, '127.0.0.1');
`;

const web = `    start: [node, server.js]
    health: /
    stopGrace: 1
`;
const catalogManifest = `application: catalog
modules:
  web:
${web}    provides: { catalog: openapi.yaml }
`;
const shopManifest = (elements: string) => `application: shop
modules:
  web:
${web}    consumes: { catalog: ${elements} }
`;

function contract(...paths: readonly string[]): string {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Catalog', version: '1' },
    paths: Object.fromEntries(paths.map((path) => [path, { get: { responses: { 200: { description: 'fine' } } } }])),
  };
  return JSON.stringify(document);
}

describe('a breaking change of a contract', () => {
  let estate: Estate;
  let directory: string;
  let catalog: Repository;
  let shop: Repository;

  const almanac = (words: string) => runAlmanac(words.split(' '), { server: estate, token: estate.token, directory });

  /** Commits to a repository and waits until that runs in Development. */
  async function push(application: string, change: () => Promise<string>): Promise<void> {
    const commit = await change();
    await estate.client.reportPush({ params: { application }, body: { commit } });
    await whenRunning(estate.client, { application, commit });
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac impact '));
    await chmod(directory, 0o711);
    catalog = await createRepository(join(directory, 'catalog'));
    await catalog.commit('feat: catalog', {
      'almanac.yaml': catalogManifest,
      'server.js': server,
      'openapi.yaml': contract('/products', '/offers'),
    });
    shop = await createRepository(join(directory, 'shop'));
    await shop.commit('feat: shop', {
      'almanac.yaml': shopManifest('[GET /products, GET /offers]'),
      'server.js': server,
    });
    estate = await startEstate();
    await addApplication(estate.client, catalog.path);
    await addApplication(estate.client, shop.path);
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('is no matter where everything fits', async () => {
    const alone = await almanac('impact shop --to quality');
    const both = await almanac('impact catalog shop --to quality');

    expect(alone).toMatchObject({
      status: 1,
      output: expect.stringContaining('GET /offers, GET /products of catalog'),
    });
    expect(both).toMatchObject({ status: 0, output: expect.stringContaining('Nothing was found') });
    expect((await almanac('promote catalog shop --to quality')).status).toBe(0);
  });

  it('is told with the exact operation and consumer before anybody starts it', async () => {
    await push('shop', () => shop.commit('feat: without offers', { 'almanac.yaml': shopManifest('[GET /products]') }));
    await push('catalog', () => catalog.commit('feat!: no offers', { 'openapi.yaml': contract('/products') }));

    const asked = await almanac('impact catalog --to quality');
    const promoted = await almanac('promote catalog --to quality');

    expect(asked.status).toBe(1);
    expect(asked.output).toMatch(
      /error shop: shop \S+ needs GET \/offers of catalog, and catalog \S+ does not have it/,
    );
    expect(asked.output).toMatch(/deploy catalog \S+ → catalog: GET \/offers → consumer shop \(web\)/);
    expect(promoted).toMatchObject({ status: 1, output: expect.stringContaining('GET /offers of catalog') });
  });

  it('is completed with the consumer that fits, and goes through with it', async () => {
    const { status, output } = await almanac('impact catalog --to quality --complete --json');
    const completion = JSON.parse(output);

    expect(status).toBe(0);
    expect(completion).toMatchObject({
      outcome: 'complete',
      proven: true,
      operations: [{ kind: 'deploy', application: { name: 'shop' } }],
      remaining: [],
    });
    expect((await almanac('promote catalog shop --to quality')).status).toBe(0);
  });
});
