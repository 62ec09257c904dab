import { numbersInForce } from '@almanac/domain';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decoyHash } from './features/access/password.ts';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';
import type { Tables } from './tables.ts';

const password = 'seven purple teapots';
const ownPage = { 'sec-fetch-site': 'same-origin' };

/** Queries as features make them, on a connection that is there. */
function queries(client: pg.Client): Kysely<Tables> {
  const connect = async () => Object.assign(client, { release: () => undefined });
  return new Kysely({ dialect: new PostgresDialect({ pool: { options: {}, connect, end: async () => undefined } }) });
}

describe('numbers of security', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let auditor: string;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
    auditor = (await tests.send('POST /principals', { body: { name: 'alan', role: 'auditor' } })).body.secret;
    for (const name of ['pia', 'olga', 'late']) {
      const { link } = (await tests.send('POST /users', { body: { name, role: 'viewer' } })).body;
      await tests.send('POST /password', { as: null, body: { token: link.token, password }, headers: ownPage });
    }
  });
  afterAll(() => tests.stop());

  const set = (name: string, value: number, as?: string) =>
    tests.send(`PUT /security-numbers/${name}`, { body: { value }, ...(as === undefined ? {} : { as }) });
  const reset = (name: string) => tests.send(`DELETE /security-numbers/${name}`);
  const list = async (as?: string) => tests.send('GET /security-numbers', as === undefined ? {} : { as });
  const signIn = (name: string, given = password, from?: string) =>
    tests.send('POST /sessions', {
      as: null,
      body: { name, password: given },
      headers: ownPage,
      ...(from === undefined ? {} : { from }),
    });
  const me = (answer: Answered) => {
    const cookie = [answer.headers['set-cookie'] ?? []].flat().map((each) => String(each).split(';')[0]);
    return tests.send('GET /me', { as: null, headers: { cookie: cookie.join('; ') } });
  };

  it('are read by auditors and changed by administrators, who are named with the change', async () => {
    const before = (await list(auditor)).body.items;
    expect(before).toContainEqual(
      expect.objectContaining({
        name: 'session-idle',
        value: 30,
        usual: 30,
        least: 5,
        unit: 'minutes',
        changedAt: null,
      }),
    );
    expect(await set('session-idle', 45, auditor)).toMatchObject({ status: 403 });

    expect(await set('session-idle', 45)).toMatchObject({ status: 200, body: { value: 45, changedBy: 'launcher' } });

    const after = (await list(auditor)).body.items;
    expect(after.find((each: { name: string }) => each.name === 'session-idle')).toMatchObject({
      value: 45,
      usual: 30,
    });
    const { items } = (await tests.send('GET /audit?action=security-number-changed')).body;
    expect(items[0]).toMatchObject({
      subject: 'security-number:session-idle',
      detail: { from: 30, to: 45 },
    });
    expect(await reset('session-idle')).toMatchObject({ status: 200, body: { value: 30, changedAt: null } });
    expect(await reset('session-idle')).toMatchObject({ status: 409 });
  });

  it.each([
    ['session-idle', 0],
    ['argon2id-memory', 19],
    ['address-first-failures', 1],
    ['step-up', 61],
    ['token-longest', 1.5],
  ])('are refused out of their range, with the range: %s %d', async (name, value) => {
    expect(await set(name, value)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/value', detail: expect.stringMatching(/from \d+ to \d+/) }] },
    });
  });

  it('are changed by nobody who did not prove who they are lately', async () => {
    const { link } = (await tests.send('POST /users', { body: { name: 'ada', role: 'administrator' } })).body;
    const inside = await tests.send('POST /password', {
      as: null,
      body: { token: link.token, password },
      headers: ownPage,
    });
    await database.query('update sessions set proved_until = now()');
    const cookie = [inside.headers['set-cookie'] ?? []].flat().map((each) => String(each).split(';')[0]);

    const answer = await tests.send('PUT /security-numbers/step-up', {
      as: null,
      body: { value: 60 },
      headers: { cookie: cookie.join('; '), ...ownPage },
    });

    expect(answer.body.code).toBe('step-up-needed');
  });

  it('hold with the next request: an idle session ends, and a long one too', async () => {
    const inside = await signIn('pia');
    await database.query(`update sessions set last_seen_at = now() - interval '10 minutes'`);
    expect((await me(inside)).status).toBe(200);
    await database.query(`update sessions set last_seen_at = now() - interval '10 minutes'`);
    await set('session-idle', 5);
    expect((await me(inside)).status).toBe(401);
    await reset('session-idle');

    const long = await signIn('pia');
    await database.query(`update sessions set created_at = now() - interval '2 hours'`);
    expect((await me(long)).status).toBe(200);
    await set('session-length', 1);
    expect((await me(long)).status).toBe(401);
    await reset('session-length');
  });

  it('make passwords hashed anew at the next sign-in, with the numbers that hold then', async () => {
    const stored = async (name: string) =>
      (await database.query('select password_hash from principals where name = $1', [name])).rows[0].password_hash;
    expect(await stored('olga')).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);

    await set('argon2id-memory', 46);
    await set('argon2id-passes', 1);

    expect((await signIn('olga')).status).toBe(201);
    expect(await stored('olga')).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    expect(await stored('late')).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    expect((await signIn('late', 'not the password')).status).toBe(401);
    expect((await signIn('late')).status).toBe(201);
  });

  it('let names of nobody cost what names of people cost, also while some hashes are of before', async () => {
    const cost = (hash: string) => /^.*?p=1\$/.exec(hash)?.[0];
    const stored = await database.query('select password_hash as hash from principals where password_hash is not null');
    const costs = new Set(stored.rows.map((each) => cost(each.hash)));
    expect(costs.size).toBe(2);

    const numbers = numbersInForce(new Map());
    const decoys = new Map<string, string | undefined>();
    for (let turn = 0; turn < 60; turn += 1)
      decoys.set(`nobody-${turn}`, cost(await decoyHash(queries(database), `nobody-${turn}`, numbers)));

    expect(new Set(decoys.values())).toEqual(costs);
    for (const [name, before] of decoys) expect(cost(await decoyHash(queries(database), name, numbers))).toBe(before);
  });

  it('leave no counter of names that are refused before they are tried', async () => {
    await database.query(`insert into sign_in_attempts (scope, key, failures, since, blocked_until)
      values ('server', '', 1000, now(), now() + interval '1 hour')
      on conflict (scope, key) do update set blocked_until = excluded.blocked_until`);
    const count = async () => (await database.query('select count(*)::int as n from sign_in_attempts')).rows[0].n;
    const before = await count();

    for (let stranger = 0; stranger < 100; stranger += 1) {
      const { status } = await signIn(`stranger-${stranger}`, 'wrong guess', `198.51.100.${stranger}`);
      expect(status).toBe(429);
    }

    expect(await count()).toBe(before);
    await database.query(`delete from sign_in_attempts where scope = 'server'`);
  });

  it('say from which failure on tries pause', async () => {
    await set('account-and-address-first-failures', 4);

    for (let failure = 0; failure < 4; failure += 1)
      expect((await signIn('pia', 'wrong guess', '192.0.2.9')).status).toBe(401);
    expect((await signIn('pia', 'wrong guess', '192.0.2.9')).status).toBe(429);
  });

  it('say how long passwords are, tokens last and invitations work', async () => {
    await set('password-length', 30);
    await set('password-link', 1);
    await set('token-longest', 20);

    const { link } = (await tests.send('POST /users', { body: { name: 'vera', role: 'viewer' } })).body;

    expect(new Date(link.expiresAt).getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect(
      await tests.send('POST /password', { as: null, body: { token: link.token, password }, headers: ownPage }),
    ).toMatchObject({ status: 422, body: { code: 'weak-password', detail: expect.stringContaining('30') } });
    expect(await tests.send('POST /api-tokens', { body: { name: 'long', expiresInDays: 21 } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/expiresInDays', detail: expect.stringContaining('20 days') }] },
    });
    const made = await tests.send('POST /principals/alan/api-tokens', { body: { name: 'usual' } });
    expect(new Date(made.body.expiresAt).getTime()).toBeLessThanOrEqual(Date.now() + 20 * 86_400_000);
  });
});
