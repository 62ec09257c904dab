import { type Route, routes } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const uuid = '01900000-0000-7000-8000-000000000000';
const password = 'correct horse battery';

describe('access', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
  });
  afterAll(() => tests.stop());

  const cookieOf = (answer: Awaited<ReturnType<ServerForTests['send']>>) =>
    String(answer.headers['set-cookie']).split(';')[0] ?? '';

  it('is set up once, with the link that was printed', async () => {
    const token = new URL(tests.server.setupUrl ?? '').searchParams.get('token');
    const body = { token, name: 'ada', password };
    expect((await tests.send('GET /setup', { as: null })).body).toEqual({ required: true });
    const wrong = await tests.send('POST /setup', { as: null, body: { ...body, token: 'setup_guessed' } });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong-token' } });

    const done = await tests.send('POST /setup', { as: null, body });

    expect(done).toMatchObject({ status: 201, body: { name: 'ada', role: 'administrator' } });
    expect(String(done.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Strict/);
    const me = await tests.send('GET /me', { as: null, headers: { cookie: cookieOf(done) } });
    expect(me.body).toMatchObject({ name: 'ada' });
    const again = await tests.send('POST /setup', { as: null, body: { ...body, name: 'eve' } });
    expect(again).toMatchObject({ status: 409, body: { code: 'already-set-up' } });
  });

  it('signs in and out, and says the same of a wrong name and a wrong password', async () => {
    const wrong = await tests.send('POST /sessions', { as: null, body: { name: 'ada', password: 'wrong horse' } });
    const nobody = await tests.send('POST /sessions', { as: null, body: { name: 'nobody', password } });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });
    expect({ ...nobody.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    const signedIn = await tests.send('POST /sessions', { as: null, body: { name: 'ada', password } });
    const cookie = cookieOf(signedIn);
    expect((await tests.send('GET /audit?limit=3')).body.items).toMatchObject([
      { action: 'signed-in', subject: 'principal:ada' },
      { action: 'sign-in-failed', subject: 'principal:nobody', detail: { address: expect.any(String) } },
      { action: 'sign-in-failed', subject: 'principal:ada' },
    ]);

    const out = await tests.send('DELETE /sessions/current', {
      as: null,
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });

    expect(out).toMatchObject({ status: 200, body: { redirectTo: null } });
    expect((await tests.send('GET /me', { as: null, headers: { cookie } })).status).toBe(401);
  });

  it('takes no change by cookie from the page of another site', async () => {
    const cookie = cookieOf(await tests.send('POST /sessions', { as: null, body: { name: 'ada', password } }));
    const change = (headers: Record<string, string>) =>
      tests.send('POST /api-tokens', { as: null, body: { name: 'ci' }, headers: { cookie, ...headers } });

    expect(await change({ 'sec-fetch-site': 'cross-site' })).toMatchObject({
      status: 403,
      body: { code: 'cross-site-request' },
    });
    expect((await change({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await change({})).status).toBe(403);
    expect((await change({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await change({ origin: 'http://127.0.0.1' })).status).toBe(201);
  });

  it('answers only to its own names, so that a rebound name reaches nothing', async () => {
    const answer = await tests.send('GET /setup', { as: null, headers: { host: 'evil.example' } });

    expect(answer.status).toBe(421);
  });

  it.each(Object.entries<Route>(routes).filter(([, route]) => route.permission !== 'public'))(
    'lets nobody in without a credential: %s',
    async (_name, route) => {
      const path = route.path.replace(/:\w+/g, uuid) as `/${string}`;

      const answer = await tests.send(`${route.method} ${path}`, { as: null, ...(route.body ? { body: {} } : {}) });

      expect(answer).toMatchObject({ status: 401, body: { code: 'not-signed-in' } });
    },
  );

  it.each(
    Object.entries<Route>(routes).filter(([, { permission }]) => /^(right|capability):|^agent$/.test(permission)),
  )('lets a builder use nothing but the routes for builders: %s', async (_name, route) => {
    const path = route.path.replace(/:\w+/g, uuid) as `/${string}`;

    const answer = await tests.send(`${route.method} ${path}`, {
      as: tests.builder,
      ...(route.body ? { body: {} } : {}),
    });

    expect(answer).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
  });

  it('refuses a credential that is wrong instead of taking it for nobody', async () => {
    const answer = await tests.send('GET /setup', { as: 'alm_this_is_no_token' });

    expect(answer).toMatchObject({ status: 401, body: { code: 'wrong-token' } });
  });

  it('tells every fault of a request with a pointer to it', async () => {
    const answer = await tests.send('POST /api-tokens', { body: { name: '', expiresInDays: 0, extra: true } });

    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const pointers = answer.body.errors.map((each: { pointer: string }) => each.pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/name', '/expiresInDays']));
    expect(answer.body).toMatchObject({ code: 'invalid-request', instance: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('gives a repeated request the first answer, once in effect and once in the audit', async () => {
    const key = { 'idempotency-key': 'the same key' };
    const send = (name: string) => tests.send('POST /api-tokens', { body: { name }, headers: key });

    const answers = await Promise.all([send('twice'), send('twice'), send('twice')]);

    expect(new Set(answers.map((each) => each.body.secret)).size).toBe(1);
    expect(answers.map((each) => each.status)).toEqual([201, 201, 201]);
    const tokens = (await tests.send('GET /api-tokens')).body.items;
    expect(tokens.filter((each: { name: string }) => each.name === 'twice')).toHaveLength(1);
    const audit = (await tests.send('GET /audit')).body.items;
    expect(audit.filter((each: { detail: { name?: string } }) => each.detail.name === 'twice')).toHaveLength(1);
    expect(await send('other')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('keeps no token readable in its database', async () => {
    const { body } = await tests.send('POST /api-tokens', {
      body: { name: 'secret' },
      headers: { 'idempotency-key': 'a key that is kept' },
    });
    const session = await tests.connect();

    const { rows } = await session.query(
      `select (select string_agg(t::text, '') from api_tokens t) || (select string_agg(i::text, '') from idempotency i) as everything`,
    );

    expect(rows[0].everything).toContain('a key that is kept');
    expect(rows[0].everything).not.toContain(body.secret);
    expect((await tests.send('GET /me', { as: body.secret })).body).toMatchObject({ name: 'launcher' });
    await tests.send(`DELETE /api-tokens/${body.id}`);
    expect((await tests.send('GET /me', { as: body.secret })).status).toBe(401);
  });
});
