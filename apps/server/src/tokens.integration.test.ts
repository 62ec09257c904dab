import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const day = 86_400_000;
const ownPage = { 'sec-fetch-site': 'same-origin' };

describe('API tokens', () => {
  let tests: ServerForTests;
  let database: pg.Client;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
  });
  afterAll(() => tests.stop());

  const make = (body: object, as = tests.administrator) => tests.send('POST /api-tokens', { as, body });
  const lasts = ({ body }: Answered) => (Date.parse(body.expiresAt) - Date.parse(body.createdAt)) / day;

  it('end after 90 days, or when they were told to, within a year', async () => {
    expect(lasts(await make({ name: 'ordinary' }))).toBe(90);
    expect(lasts(await make({ name: 'short', expiresInDays: 7 }))).toBe(7);
    expect(await make({ name: 'long', expiresInDays: 366 })).toMatchObject({ status: 422 });
    const { rows } = await database.query(
      `select count(*)::int as endless from api_tokens where expires_at is null and name <> 'made at the start of the server'`,
    );
    expect(rows[0].endless).toBe(0);
  });

  it('are taken in the Authorization header alone', async () => {
    const { secret } = (await make({ name: 'placed' })).body;
    const get = (path: `/${string}`, headers: Record<string, string> = {}) =>
      tests.send(`GET ${path}`, { as: null, headers });

    expect((await tests.send('GET /me', { as: secret })).status).toBe(200);
    for (const elsewhere of [
      get(`/me?token=${secret}`),
      get(`/me?access_token=${secret}`),
      get('/me', { cookie: `almanac-session=${secret}` }),
      get('/me', { 'x-api-key': secret }),
      get('/me', { authorization: `Basic ${Buffer.from(`launcher:${secret}`).toString('base64')}` }),
    ])
      expect((await elsewhere).status).toBe(401);
    const mistyped = secret.slice(0, -1) + (secret.endsWith('x') ? 'y' : 'x');
    expect((await tests.send('GET /me', { as: mistyped })).status).toBe(401);
  });

  it('do no more than their limits leave, and nothing to the account of their owner', async () => {
    const limits = { capabilities: ['list'], rights: [] };
    const { secret } = (await make({ name: 'reader', limits })).body;
    const as = (request: Parameters<ServerForTests['send']>[0], body?: unknown) =>
      tests.send(request, { as: secret, ...(body === undefined ? {} : { body }) });

    expect((await as('GET /board')).status).toBe(200);
    expect((await as('GET /me')).status).toBe(200);
    for (const refused of [
      as('GET /audit'),
      as('POST /users', { name: 'more', role: 'viewer' }),
      as('GET /sign-in-blocks'),
      as('PUT /me/password', { current: 'a', password: 'seven purple teapots' }),
      as('DELETE /sessions/current'),
    ])
      expect(await refused).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
  });

  it('see no more in lists than their limits leave, whatever their owner just saw', async () => {
    await addApplication(tests, { name: 'shopfront', head: '1'.repeat(40) });
    const { secret } = (await make({ name: 'blind', limits: { capabilities: ['monitor'], rights: [] } })).body;
    const rowsAs = async (as: string) => (await tests.send('GET /board', { as })).body.rows;

    expect(await rowsAs(tests.administrator)).toHaveLength(1);
    expect(await rowsAs(secret)).toEqual([]);
    expect(await rowsAs(tests.administrator)).toHaveLength(1);
  });

  it('for environments reach no others', async () => {
    const place = { name: 'edge', displayName: 'Edge', type: 'test' };
    const { body: environment } = await tests.send('POST /environments', { body: place });
    const { secret } = (await make({ name: 'one place', limits: { environments: [environment.id] } })).body;

    expect((await tests.send('GET /me', { as: secret })).body.may.rights).toEqual([]);
    expect(await tests.send('GET /audit', { as: secret })).toMatchObject({ status: 403 });
    const { secret: nowhere } = (await make({ name: 'nowhere', limits: { environments: [] } })).body;
    expect((await tests.send('GET /me', { as: nowhere })).body.may.capabilities).toEqual([]);
  });

  it('make only tokens that may do no more, end no later, and end with them', async () => {
    const parent = (
      await make({ name: 'parent', expiresInDays: 5, limits: { capabilities: ['list', 'deploy'], rights: [] } })
    ).body;
    const child = await make({ name: 'child', expiresInDays: 90 }, parent.secret);
    expect(child.body.limits).toMatchObject({ capabilities: ['list', 'deploy'], rights: [] });
    expect(child.body.expiresAt).toBe(parent.expiresAt);
    expect(
      await make({ name: 'more', limits: { capabilities: ['approve'], rights: [] } }, parent.secret),
    ).toMatchObject({
      status: 403,
    });
    expect(await make({ name: 'all', limits: {} }, parent.secret)).toMatchObject({ status: 403 });
    expect((await tests.send('GET /me', { as: child.body.secret })).status).toBe(200);

    await tests.send(`DELETE /api-tokens/${parent.id}`);

    expect((await tests.send('GET /me', { as: child.body.secret })).status).toBe(401);
  });

  it('are rotated with an overlap, in which both work', async () => {
    const old = (await make({ name: 'pipeline', expiresInDays: 30, limits: { capabilities: ['list'], rights: [] } }))
      .body;
    const made = (await make({ name: 'made with it' }, old.secret)).body;

    const next = await tests.send(`POST /api-tokens/${old.id}/rotate`, { as: old.secret, body: { overlapHours: 2 } });

    expect(next).toMatchObject({ status: 201, body: { name: 'pipeline', limits: { capabilities: ['list'] } } });
    expect(lasts(next)).toBe(30);
    expect((await tests.send('GET /me', { as: old.secret })).status).toBe(200);
    expect((await tests.send('GET /me', { as: next.body.secret })).status).toBe(200);
    const { items } = (await tests.send('GET /api-tokens?limit=200')).body;
    expect(items).toContainEqual(expect.objectContaining({ id: old.id, replacedBy: next.body.id }));
    await database.query(`update api_tokens set expires_at = expires_at - interval '2 hours 1 second' where id = $1`, [
      old.id,
    ]);
    expect((await tests.send('GET /me', { as: old.secret })).status).toBe(401);
    expect((await tests.send('GET /me', { as: made.secret })).status).toBe(200);
    expect(await tests.send(`POST /api-tokens/${old.id}/rotate`, { body: {} })).toMatchObject({ status: 409 });
  });

  it('of service accounts are made and revoked by administrators', async () => {
    await tests.send('POST /principals', { body: { name: 'robot', role: 'viewer' } });
    const made = await tests.send('POST /principals/robot/api-tokens', { body: { name: 'second', expiresInDays: 1 } });
    expect((await tests.send('GET /me', { as: made.body.secret })).body.name).toBe('robot');

    await tests.send(`DELETE /principals/robot/api-tokens/${made.body.id}`);

    expect((await tests.send('GET /me', { as: made.body.secret })).status).toBe(401);
    const left = (await tests.send('GET /principals/robot/api-tokens')).body.items;
    expect(left.map((each: { name: string }) => each.name)).toEqual(['made with the account']);
  });
});

describe('the credentials for an emergency', () => {
  let tests: ServerForTests;
  let database: pg.Client;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
  });
  afterAll(() => tests.stop());

  const use = (secret: string) =>
    tests.send('POST /sessions/break-glass', { as: null, body: { secret }, headers: ownPage });

  it('are off until they are made, work once, and are noticed', async () => {
    expect((await tests.send('GET /break-glass')).body.state).toBe('off');
    expect((await use('alb_anything')).status).toBe(401);
    const made = (await tests.send('POST /break-glass', { body: {} })).body;
    expect(made).toMatchObject({ state: 'ready', madeBy: 'launcher' });
    // Paused, it keeps what it is told, and sends nothing.
    const hook = { name: 'alarms', address: { kind: 'webhook', url: 'https://hooks.example.com/' } };
    await tests.send('POST /notifications/subscriptions', { body: hook });
    await tests.send('POST /notifications/subscriptions/alarms/pause', { body: {} });

    const used = await use(made.secret);

    expect(used).toMatchObject({ status: 201, body: { state: 'signed-in', role: 'administrator' } });
    const cookie = [used.headers['set-cookie'] ?? []]
      .flat()
      .map((each) => String(each).split(';')[0])
      .join('; ');
    const as = { as: null, headers: { cookie, ...ownPage } };
    expect((await tests.send('GET /me', as)).body.name).toBe('break-glass');
    expect((await tests.send('POST /users', { ...as, body: { name: 'helper', role: 'viewer' } })).status).toBe(201);
    expect((await use(made.secret)).status).toBe(401);
    expect((await tests.send('GET /break-glass')).body).toMatchObject({ state: 'used', usedFrom: '127.0.0.1' });
    expect(await tests.send('POST /break-glass/acknowledge', { ...as, body: {} })).toMatchObject({ status: 403 });
    expect((await tests.send('POST /break-glass/acknowledge', { body: {} })).body.acknowledgedBy).toBe('launcher');
    await expect
      .poll(async () => (await database.query(`select kind from notifications`)).rows, { timeout: 10_000 })
      .toEqual([{ kind: 'break-glass-used' }]);
    const audited = (await tests.send('GET /audit?subject=break-glass')).body.items;
    expect(audited.map((each: { action: string }) => each.action)).toEqual(
      expect.arrayContaining(['break-glass-used', 'break-glass-refused', 'break-glass-made']),
    );

    await tests.send('DELETE /break-glass');

    expect((await tests.send('GET /me', as)).status).toBe(401);
    const { rows } = await database.query(`select active from principals where name = 'break-glass'`);
    expect(rows).toEqual([{ active: false }]);
  });

  it('are not guessed: five wrong ones block the address', async () => {
    await database.query('delete from sign_in_attempts');
    const made = (await tests.send('POST /break-glass', { body: {} })).body;
    const answers = await Promise.all(Array.from({ length: 8 }, (_, each) => use(`alb_wrong${each}`)));

    expect(answers.filter((each) => each.status === 401)).toHaveLength(5);
    expect((await use(made.secret)).status).toBe(429);
  });
});
