import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateDirectory } from '@almanac/host';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from './composition.ts';
import { readConfig } from './config.ts';
import { type SecondServer, startSecondServer } from './second-server-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

describe('a fresh installation', () => {
  let directory: string;
  let data: string;
  let server: RunningServer | undefined;

  const start = async () => {
    server = await startServer(readConfig({ ALMANAC_PORT: '0', ALMANAC_DATA: data, ALMANAC_LOG_LEVEL: 'silent' }));
    return server;
  };
  const stop = async () => {
    await server?.stop();
    server = undefined;
  };
  const setUp = async (token: string, name: string) =>
    (
      await server?.http.inject({
        method: 'POST',
        url: '/api/v1/setup',
        headers: { host: '127.0.0.1' },
        payload: { token, name, password: 'seven purple teapots' },
      })
    )?.statusCode;
  const inDatabase = async (text: string) => {
    const host = privateDirectory(join(data, 'postgres'));
    const client = new pg.Client({ host, port: 5432, user: 'almanac', database: 'postgres' });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  let token: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac first start '));
    data = join(directory, 'data');
    const { setupUrl = '' } = await start();
    token = new URL(setupUrl).searchParams.get('token') ?? '';
  });
  afterAll(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  it('shows another link when the file of the first one was cut short, and none that can be guessed', async () => {
    await truncate(join(data, 'setup-token'), 'setup_'.length + 2);
    const guess = await readFile(join(data, 'setup-token'), 'utf8');
    await stop();

    const { setupUrl = '' } = await start();

    expect(await setUp(guess, 'eve')).toBe(401);
    expect(await setUp(token, 'eve')).toBe(401);
    token = new URL(setupUrl).searchParams.get('token') ?? '';
    expect(token).toMatch(/^setup_[\w-]{43}$/);
  });

  it('has one administrator after fifteen that came with the link at the same moment; more at once are refused as guesses', async () => {
    expect((await stat(join(data, 'setup-token'))).mode & 0o077).toBe(0);
    const answers = await Promise.all(Array.from({ length: 15 }, (_, index) => setUp(token, `ada${index}`)));

    expect(answers.filter((status) => status === 201)).toHaveLength(1);
    expect(answers.filter((status) => status === undefined)).toEqual([]);
    expect(await inDatabase(`select count(*)::int as people from principals where kind = 'user'`)).toEqual([
      { people: 1 },
    ]);
  });

  it.each([
    ['people are gone from its database', `delete from principals where kind = 'user'`],
    ['all marks are gone from its database', `update installation set set_up_at = null, setup_token_hash = null`],
  ])('is not set up again when %s', async (_what, text) => {
    await inDatabase(text);
    await stop();

    const { setupUrl } = await start();

    expect(setupUrl).toBeUndefined();
    expect(await setUp(token, 'eve')).toBe(409);
    expect(await readFile(join(data, 'set-up'), 'utf8')).toMatch(/^\d{4}-/);
  });
});

describe('a fresh installation with two servers on one database', () => {
  const throughProxy = { ALMANAC_TRUSTED_PROXIES: '127.0.0.1' };
  let tests: ServerForTests;
  let second: SecondServer;

  beforeAll(async () => {
    tests = await startServerForTests(throughProxy);
    second = await startSecondServer(tests, throughProxy);
  });
  afterAll(async () => {
    await second.stop();
    await tests.stop();
  });

  it('has one administrator after fifty that came with the link at the same moment, from as many networks', async () => {
    const token = new URL(second.setupUrl ?? '').searchParams.get('token');

    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const answer = await fetch(`${at % 2 === 0 ? tests.server.url : second.url}/api/v1/setup`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.${at}.7` },
          body: JSON.stringify({ token, name: `ada${at}`, password: 'seven purple teapots' }),
        });
        return answer.status;
      }),
    );

    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set([201, 409]));
    const people = await (await tests.connect()).query(`select name from principals where kind = 'user'`);
    expect(people.rows).toHaveLength(1);
  });
});
