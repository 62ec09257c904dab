import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { agentProtocol } from '@almanac/protocol';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectAgent } from './scripted-agent-for-tests.ts';
import { type Answered, addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const [inside, outside] = ['10.1.2.3', '203.0.113.7'];
const vpn = ['10.0.0.0/8', '127.0.0.0/8'];
const refusal = {
  status: 403,
  body: { code: 'network-not-allowed', detail: 'requests from this network are refused' },
};

describe('allow lists', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let operator = '';

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
    for (const [name, type] of [
      ['quality', 'staging'],
      ['production', 'production'],
    ])
      await tests.send('POST /environments', { body: { name, displayName: name, type } });
    await tests.send('POST /sites', { body: { name: 'harbour', environment: 'production' } });
    await addApplication(tests, { name: 'shopfront', head: '1'.repeat(40) });
    operator = (await tests.send('POST /principals', { body: { name: 'olga', role: 'operator' } })).body.secret;
  });
  afterAll(() => tests.stop());

  const read = async (): Promise<Answered['body']> => (await tests.send('GET /allow-lists', { from: inside })).body;
  const change = async (body: object, options: { readonly from?: string; readonly revision?: number } = {}) =>
    tests.send('PATCH /allow-lists', {
      from: options.from ?? inside,
      headers: { 'if-match': `"${options.revision ?? (await read()).revision}"` },
      body,
    });
  const settled = async (condition: () => Promise<boolean>) => {
    for (let tries = 0; tries < 200 && !(await condition()); tries += 1) await pause(25);
    expect(await condition()).toBe(true);
  };
  const statusFrom = async (from: string, path: `/${string}` = '/me') =>
    (await tests.send(`GET ${path}`, { from })).status;

  afterEach(async () => {
    const { entrances, roles, environments } = await read();
    const lifted = (named: readonly { readonly name: string }[]) =>
      Object.fromEntries(named.map(({ name }) => [name, null]));
    const kept = Object.values(entrances).every((each) => each === null) && roles.length + environments.length === 0;
    if (!kept)
      await change({
        entrances: { console: null, api: null, agents: null },
        roles: lifted(roles.map((each: Answered['body']) => each.role)),
        environments: lifted(environments.map((each: Answered['body']) => each.environment)),
      });
    await tests.send('POST /allow-lists/confirm', { from: inside, body: {} });
    await settled(async () => (await statusFrom(outside)) === 200);
  });

  it('say the same to whoever comes from elsewhere, whatever they ask for and whoever they are', async () => {
    expect(await change({ entrances: { console: vpn, api: vpn } })).toMatchObject({ status: 200 });
    await settled(async () => (await statusFrom(outside)) === 403);

    const raw = (url: string, headers: Readonly<Record<string, string>> = {}) =>
      tests.server.http.inject({
        method: 'GET',
        url,
        remoteAddress: outside,
        headers: { host: '127.0.0.1', ...headers },
      });
    for (const answer of [
      await tests.send('GET /me', { from: outside }),
      await tests.send('GET /me', { from: outside, as: 'alm_unknown-unknown' }),
      await tests.send('GET /nothing-of-the-kind', { from: outside, as: null }),
      await tests.send('GET /setup', { from: outside, as: null }),
      await tests.send('POST /sessions', { from: outside, as: null, body: { name: 'launcher', password: 'x' } }),
      await tests.send('GET /me', { from: outside, headers: { 'x-forwarded-for': inside } }),
      await tests.send('GET /me', { from: `::ffff:${outside}` }),
    ])
      expect(answer).toMatchObject(refusal);
    for (const url of ['/', '/sign-in', '/assets/none.js', '/metrics', '/api/v1/openapi.json'])
      expect({ url, ...(await raw(url)).json() }).toMatchObject({ url, ...refusal.body });
    expect((await raw('/healthz')).statusCode).toBe(200);
    expect(await statusFrom(inside)).toBe(200);
    expect(await statusFrom(`::ffff:${inside}`)).toBe(200);
  });

  it('are one for each entrance: tokens come in by the API, browsers and passwords by the console', async () => {
    await change({ entrances: { console: vpn } });
    await settled(async () => (await tests.send('GET /setup', { from: outside, as: null })).status === 403);

    expect(await statusFrom(outside)).toBe(200);
    const cookie = { cookie: 'almanac-session=unknown-unknown' };
    expect(await tests.send('GET /me', { from: outside, as: null, headers: cookie })).toMatchObject(refusal);
    expect((await tests.send('GET /me', { from: inside, as: null, headers: cookie })).status).toBe(401);
  });

  it('count whoever they refuse', async () => {
    await change({ entrances: { console: vpn } });
    await settled(async () => (await tests.send('GET /setup', { from: outside, as: null })).status === 403);
    await tests.send('GET /setup', { from: outside, as: null });

    const { body } = await tests.server.http.inject({ url: '/metrics', headers: { host: '127.0.0.1' } });
    const counted = /almanac_refused_origins_total\{entrance="console"\} (\d+)/.exec(body)?.[1];
    expect(Number(counted)).toBeGreaterThan(1);
    const { items } = (await tests.send('GET /audit?action=access-refused', { from: inside })).body;
    expect(items).toContainEqual(
      expect.objectContaining({ actor: 'anonymous', subject: 'operation:entrance:console' }),
    );
  });

  it('end what is open, and keep agents out, once the network it comes from is taken away', async () => {
    const { enrolment } = (await tests.send('POST /sites', { body: { name: 'pier', environment: 'production' } })).body;
    const agent = await connectAgent(tests, enrolment.token);
    await agent.told(() => true);
    const stream = await fetch(new URL('/api/v1/events', tests.server.url), {
      headers: { authorization: `Bearer ${tests.administrator}` },
    });
    const body = { entrances: { api: ['10.0.0.0/8'], agents: ['10.0.0.0/8'] } };
    expect((await tests.send('POST /allow-lists/preview', { from: inside, body })).body).toEqual({
      shutsYouOut: [],
      sites: [expect.objectContaining({ name: 'pier' })],
    });

    await change(body);

    const cut = stream.text().then(() => 'cut');
    expect(await Promise.race([cut, pause(10_000, 'open', { ref: false })])).toBe('cut');
    await agent.ended;
    await settled(async () => {
      const answer = await fetch(new URL(agentProtocol.path, tests.server.url));
      return answer.status === 403 && (await answer.text()).includes('network-not-allowed');
    });
    const { rows } = await database.query(`select connected_from from sites where name = 'pier'`);
    expect(rows).toEqual([{ connected_from: '127.0.0.1' }]);
  });

  it('let a role count, and an environment be changed, only from their networks, and say so', async () => {
    await change({ environments: { production: vpn } });
    const set = (from: string, environment: string) =>
      tests.send(`POST /plans`, {
        as: operator,
        from,
        body: { environment, operations: [{ kind: 'remove', application: 'shopfront' }] },
      });

    expect(await set(outside, 'production')).toMatchObject({
      status: 403,
      body: {
        code: 'not-permitted',
        detail: expect.stringContaining(
          'the environment is changed only from the networks of its allow list, and not from 203.0.113.7',
        ),
      },
    });
    expect((await set(inside, 'production')).status).not.toBe(403);
    expect((await set(outside, 'quality')).status).not.toBe(403);

    await change({ environments: { production: null }, roles: { operator: vpn } });
    const me = async (from: string) => (await tests.send('GET /me', { as: operator, from })).body;
    expect((await me(inside)).may.capabilities).toContain('deploy');
    expect(await me(outside)).toMatchObject({ may: { capabilities: [], rights: [] } });
    expect((await tests.send('GET /board', { as: operator, from: outside })).body.rows).toEqual([]);
    expect((await tests.send('GET /board', { as: operator, from: inside })).body.rows).toHaveLength(1);
    const explained = (address: string) =>
      tests.send(`GET /principals/olga/access?environment=production&address=${address}`, { from: inside });
    expect((await explained(outside)).body.decision).toMatchObject({ outside: 'role', capabilities: [] });
    expect((await explained(outside)).body.decision.why).toContain('10.0.0.0/8, 127.0.0.0/8');
    expect((await explained(inside)).body.decision).toMatchObject({ outside: null });
  });

  it('are refused where whoever puts them in force could not take it back, unless that is meant', async () => {
    const elsewhere = { entrances: { api: ['192.168.0.0/16'] }, roles: { administrator: ['192.168.0.0/16'] } };

    const refused = await change(elsewhere);
    expect(refused).toMatchObject({ status: 409, body: { code: 'would-shut-you-out' } });
    expect(refused.body.detail).toContain('the API would not be reached from 10.1.2.3');
    expect(refused.body.detail).toContain('your role Administrator would not count from 10.1.2.3');
    expect((await read()).entrances.api).toBeNull();
    expect((await change({ ...elsewhere, evenIfShutOut: true })).status).toBe(200);
    await settled(async () => (await statusFrom(inside)) === 403);
    // Nobody is left who could confirm it, or ask for anything: it gives way by itself.
    await database.query(`update allow_lists set trial_ends_at = now()`);
    await settled(async () => (await statusFrom(inside)) === 200);
    expect(await read()).toMatchObject({
      cause: 'not-confirmed',
      unnoted: true,
      trialEndsAt: null,
      entrances: { api: null },
      roles: [],
    });
    const { items } = (await tests.send('GET /audit?action=allow-lists-not-confirmed', { from: inside })).body;
    expect(items).toHaveLength(1);
  });

  it('stay once somebody who is still in confirmed them, and can be taken back afterwards', async () => {
    const changed = await change({ entrances: { console: vpn }, trialMinutes: 60 });
    const minutes = (Date.parse(changed.body.trialEndsAt) - Date.parse(changed.body.changedAt)) / 60_000;
    expect(minutes).toBe(60);
    const confirmed = await tests.send('POST /allow-lists/confirm', { from: inside, body: {} });
    expect(confirmed.body).toMatchObject({ trialEndsAt: null, entrances: { console: vpn }, canReturn: true });
    // What is tried on top of it leads back to what was confirmed.
    await change({ entrances: { console: ['10.0.0.0/8'] } });
    await change({ entrances: { console: ['10.1.0.0/16'] } });
    const tried = await tests.send('POST /allow-lists/return', { from: inside, body: {} });
    expect(tried.body).toMatchObject({ cause: 'returned', trialEndsAt: null, entrances: { console: vpn } });
    const again = await tests.send('POST /allow-lists/return', { from: inside, body: {} });
    expect(again.body).toMatchObject({ entrances: { console: ['10.1.0.0/16'] }, trialEndsAt: expect.any(String) });
  });

  it.each([
    [{ entrances: { console: ['10.0.0.5/8'] } }, '/entrances/console/0', 'the network is 10.0.0.0/8'],
    [{ entrances: { api: ['10.0.0.0/8', 'vpn'] } }, '/entrances/api/1', 'vpn is no network'],
    [{ environments: { production: ['010.0.0.0/8'] } }, '/environments/production/0', 'is no network'],
  ])('name what is no network: %j', async (body, pointer, detail) => {
    const answer = await change(body);

    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(answer.body.errors).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
  });

  it('never are empty, never unknown, and never changed twice at the same revision', async () => {
    expect((await change({ entrances: { console: [] } })).status).toBe(422);
    expect((await change({ roles: { nobody: vpn } })).status).toBe(404);
    expect((await change({})).body.code).toBe('nothing-to-do');
    const { revision } = await read();
    const both = await Promise.all([
      change({ entrances: { agents: vpn } }, { revision }),
      change({ entrances: { console: vpn } }, { revision }),
    ]);
    expect(new Set(both.map((each) => each.status))).toEqual(new Set([200, 412]));
  });

  it("are lifted on the server's machine by whoever locked themselves out, and everybody hears of it", async () => {
    await change({ entrances: { console: ['192.168.0.0/16'], api: ['192.168.0.0/16'] }, evenIfShutOut: true });
    await settled(async () => (await statusFrom(inside)) === 403);

    const { stdout } = await promisify(execFile)(
      process.execPath,
      [new URL('./allow-lists/main.ts', import.meta.url).pathname, 'clear', '--json'],
      { env: { ...process.env, ...databaseOf(), ALMANAC_DATA: join(tests.directory, 'data') } },
    );

    expect(JSON.parse(stdout)).toEqual({ cleared: true });
    await settled(async () => (await statusFrom(outside)) === 200);
    expect(await read()).toMatchObject({ cause: 'cleared', unnoted: true, canReturn: true, entrances: { api: null } });
    const { items } = (await tests.send('GET /audit?action=allow-lists-cleared')).body;
    expect(items).toMatchObject([{ actor: "the server's machine" }]);
    const noted = await tests.send('POST /allow-lists/confirm', { body: {} });
    expect(noted.body).toMatchObject({ unnoted: false });
  });

  /** Of a test on a PostgreSQL of its own; the embedded one is found by the data directory. */
  function databaseOf(): { readonly DATABASE_URL?: string } {
    if (process.env['TEST_DATABASE_URL'] === undefined) return {};
    const url = new URL(process.env['TEST_DATABASE_URL']);
    url.pathname = `/${database.database}`;
    return { DATABASE_URL: url.href };
  }
});
