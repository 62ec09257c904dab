import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecondServer } from './second-server-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const password = 'seven purple teapots';
const ownPage = { 'sec-fetch-site': 'same-origin' };

describe('guesses at a server that is killed among them', () => {
  let tests: ServerForTests;
  let database: pg.Client;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
    const { link } = (await tests.send('POST /users', { body: { name: 'ada', role: 'viewer' } })).body;
    await tests.send('POST /password', { as: null, body: { token: link.token, password }, headers: ownPage });
  });
  afterAll(() => tests.stop());

  /** The status of a try to sign in; 0 where nobody answered any more. */
  const tryAt = async (server: string, given: string) => {
    const answer = await fetch(`${server}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...ownPage },
      body: JSON.stringify({ name: 'ada', password: given }),
    }).catch(() => undefined);
    return answer?.status ?? 0;
  };
  const counted = async (): Promise<number> =>
    (await database.query(`select max(failures)::int as failures from sign_in_attempts`)).rows[0].failures ?? 0;

  it('are counted before they are looked at: whoever was kept out still is, at other servers and after the next start', async () => {
    const server = await startSecondServer(tests);
    let answered = 0;
    const kill = Promise.withResolvers<void>();
    const guesses = Array.from({ length: 12 }, async (_, at) => {
      const status = await tryAt(server.url, `guess ${at}`);
      if (status !== 0) answered += 1;
      if (answered === 3) kill.resolve();
      return status;
    });
    await kill.promise;
    await server.kill();
    const statuses = await Promise.all(guesses);

    expect(statuses).toContain(0);
    const wrong = statuses.filter((each) => each === 401).length;
    expect(await counted()).toBeGreaterThanOrEqual(Math.max(3, wrong));
    expect(await tryAt(tests.server.url, password)).toBe(429);
    const next = await startSecondServer(tests);
    expect(await tryAt(next.url, password)).toBe(429);
    await next.stop();
  });
});
