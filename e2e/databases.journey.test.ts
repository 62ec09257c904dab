import { join } from 'node:path';
import {
  askSite,
  type Estate,
  endOf,
  loadSample,
  outputOf,
  runAlmanac,
  startEstate,
  startSystemPostgres,
  systemPostgresBinaries,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryOf } from './sample-estate.ts';

const binaries = systemPostgresBinaries();

describe('the databases of the sample', () => {
  let estate: Estate;

  const agent = async (...args: readonly string[]) => {
    const environment = { ALMANAC_RUNTIME_DIR: join(estate.directory, 'runtime') };
    return outputOf(await runAlmanac(['agent', ...args, '--config', join(estate.data, 'agent.json')], { environment }));
  };
  const ask = (path: string, json?: unknown) =>
    askSite({ application: 'orders', port: estate.sitePorts[0], path, ...(json === undefined ? {} : { json }) });
  const placeOrder = async (): Promise<string> => {
    const answer = await ask('/orders', { productId: 'star-chart', quantity: 1 });
    expect(answer).toMatchObject({ status: 201 });
    return JSON.parse(answer.body).id;
  };

  beforeAll(async () => {
    estate = await startEstate();
    await loadSample(estate.client);
  });
  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
  });

  it('are backed up before a migration, and go back to that by a command', async () => {
    const kept = await placeOrder();
    const repository = await repositoryOf(estate, 'orders');
    const commit = await repository.edit(
      'almanac.yaml',
      (text) => text.replace('default: 5', 'default: 6'),
      'feat: slower',
    );
    await estate.client.reportPush({ params: { application: 'orders' }, body: { commit } });
    await whenRunning(estate.client, { application: 'orders', commit });
    const lost = await placeOrder();

    const [newest = ''] = (await agent('backups')).split('\n');
    expect(newest).toContain(`before orders ${commit.slice(0, 8)}`);
    await estate.stop();
    expect(estate.launcher.exitCode).toBe(0);
    const said = await agent('restore-databases', 'orders', newest.split(' ')[0] ?? '');
    estate = await startEstate(estate);

    expect(said).toContain('DATABASE_URL of orders');
    await waitUntil('orders to answer', async () => (await ask('/orders')).status === 200);
    expect(await ask(`/orders/${kept}`)).toMatchObject({ status: 200 });
    expect(await ask(`/orders/${lost}`)).toMatchObject({ status: 404 });
  });

  it.skipIf(binaries === undefined)(
    "are those of an address that somebody gave, instead of the site's (needs Debian's PostgreSQL)",
    async () => {
      const postgres = await startSystemPostgres(binaries ?? '');
      try {
        await estate.client.setSetting({
          params: { application: 'orders', key: 'DATABASE_URL' },
          body: { value: postgres.url, place: { environment: 'development', level: 'environment' } },
        });
        const { id } = await estate.client.createPlan({
          body: { environment: 'development', operations: [{ kind: 'configure', application: 'orders' }], start: true },
        });
        expect(await endOf(estate.client, id)).toMatchObject({ state: 'succeeded' });

        const placed = await placeOrder();

        const session = new pg.Client(postgres.url);
        await session.connect();
        const { rows } = await session.query('select id from orders');
        await session.end();
        expect(rows).toEqual([{ id: placed }]);
      } finally {
        await postgres.stop();
      }
    },
  );
});
