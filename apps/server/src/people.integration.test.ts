import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const password = 'seven purple teapots';
const another = 'eight yellow kettles';
const ownPage = { 'sec-fetch-site': 'same-origin' };

describe('people', () => {
  let tests: ServerForTests;
  let database: pg.Client;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
  });
  afterAll(() => tests.stop());

  const cookies = (answer: Answered): string => {
    const given = answer.headers['set-cookie'];
    return (Array.isArray(given) ? given : [String(given)]).map((each) => each.split(';')[0]).join('; ');
  };
  const invite = async (name: string, role = 'deployer') =>
    (await tests.send('POST /users', { body: { name, role } })).body;
  const setPassword = (token: string, chosen = password) =>
    tests.send('POST /password', { as: null, body: { token, password: chosen } });
  const signIn = (name: string, guess: string, cookie?: string) =>
    tests.send('POST /sessions', {
      as: null,
      body: { name, password: guess },
      headers: cookie === undefined ? {} : { cookie, ...ownPage },
    });
  const me = (cookie: string) => tests.send('GET /me', { as: null, headers: { cookie } });
  /** Lets the blocks and windows of tries be over, as time does. */
  const pass = (seconds: number) =>
    database.query(
      `update sign_in_attempts set since = since - make_interval(secs => $1), blocked_until = blocked_until - make_interval(secs => $1)`,
      [seconds],
    );
  const forget = () => database.query('delete from sign_in_attempts');

  it('are invited with a link that works once, and whose password nobody else knows', async () => {
    const invited = await invite('dora');
    expect(invited).toMatchObject({ kind: 'user', name: 'dora', role: 'deployer' });
    expect(invited.link.url).toContain(`/password#${invited.link.token}`);

    const done = await setPassword(invited.link.token);

    expect(done).toMatchObject({ status: 201, body: { name: 'dora' } });
    expect((await me(cookies(done))).body).toMatchObject({ name: 'dora' });
    expect(await setPassword(invited.link.token, another)).toMatchObject({
      status: 401,
      body: { code: 'wrong-token' },
    });
    expect((await signIn('dora', password)).status).toBe(201);
    const { rows } = await database.query('select count(*)::int as kept from password_links');
    expect(rows[0].kept).toBe(0);
  });

  it.each([
    ['dora dora 1234', 'little more than'],
    ['almanac1234567', 'little more than'],
    ['123456789012', 'on every list'],
    ['abcabcabcabcabc', 'repeats the same'],
  ])('cannot choose %s', async (chosen, why) => {
    const link = (await tests.send('POST /principals/dora/password-link', { body: {} })).body;

    const refused = await setPassword(link.token, chosen);

    expect(refused).toMatchObject({ status: 422, body: { code: 'weak-password' } });
    expect(refused.body.detail).toContain(why);
    expect((await signIn('dora', password)).status).toBe(201);
  });

  it('get no way in by a link that was replaced, is too old, or is of somebody who was deactivated', async () => {
    const first = (await invite('late')).link;
    const second = (await tests.send('POST /principals/late/password-link', { body: {} })).body;
    expect((await setPassword(first.token)).status).toBe(401);
    await database.query(`update password_links set expires_at = now() - interval '1 second'`);
    expect((await setPassword(second.token)).status).toBe(401);
    const third = (await tests.send('POST /principals/late/password-link', { body: {} })).body;

    await tests.send('POST /principals/late/deactivate', { body: {} });

    expect((await setPassword(third.token)).status).toBe(401);
    expect(await tests.send('POST /principals/late/password-link', { body: {} })).toMatchObject({ status: 409 });
    await tests.send('POST /principals/late/activate', { body: {} });
    expect((await tests.send('POST /principals/late/password-link', { body: {} })).status).toBe(201);
  });

  it('see their sessions, and end them', async () => {
    const [one, two] = [await signIn('dora', password), await signIn('dora', password)];
    const list = async (cookie: string) =>
      (await tests.send('GET /sessions', { as: null, headers: { cookie } })).body.items;
    const sessions = await list(cookies(two));
    expect(sessions[0]).toMatchObject({ current: true, address: '127.0.0.1' });
    const other = sessions.find((each: { current: boolean }) => !each.current);

    const ended = await tests.send(`DELETE /sessions/${other.id}`, {
      as: null,
      headers: { cookie: cookies(two), ...ownPage },
    });

    expect(ended.status).toBe(204);
    expect((await me(cookies(one))).status).toBe(401);
    expect((await me(cookies(two))).status).toBe(200);
  });

  it('have ten sessions at most, of which the oldest ends', async () => {
    const opened: string[] = [];
    for (let count = 0; count < 11; count += 1) opened.push(cookies(await signIn('dora', password)));

    expect((await me(opened[0] ?? '')).status).toBe(401);
    expect((await me(opened[1] ?? '')).status).toBe(200);
  });

  it('change their password with the current one, which ends their other sessions', async () => {
    const [here, there] = [cookies(await signIn('dora', password)), cookies(await signIn('dora', password))];
    const change = (current: string) =>
      tests.send('PUT /me/password', {
        as: null,
        body: { current, password: another },
        headers: { cookie: here, ...ownPage },
      });
    expect(await change('not my password')).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });

    expect((await change(password)).status).toBe(204);

    expect((await me(here)).status).toBe(200);
    expect((await me(there)).status).toBe(401);
    expect((await signIn('dora', password)).status).toBe(401);
    expect((await signIn('dora', another)).status).toBe(201);
    await forget();
  });

  it('are given another role by somebody else, and never the last administrator', async () => {
    const given = await tests.send('PATCH /principals/dora', { body: { role: 'administrator' } });
    expect(given.body).toMatchObject({ role: 'administrator', teams: [] });
    const dora = { as: null, headers: { cookie: cookies(await signIn('dora', another)), ...ownPage } };
    expect(await tests.send('PATCH /principals/dora', { ...dora, body: { role: 'viewer' } })).toMatchObject({
      status: 403,
    });
    expect((await tests.send('PATCH /principals/launcher', { ...dora, body: { role: 'viewer' } })).status).toBe(200);

    const last = await tests.send('PATCH /principals/dora', { body: { role: 'viewer' } });

    expect(last.status).toBe(403);
    expect((await tests.send('PATCH /principals/launcher', { ...dora, body: { role: 'administrator' } })).status).toBe(
      200,
    );
  });

  describe('who guess', () => {
    it('wait after three wrong passwords, and longer after six, whoever they guess at', async () => {
      for (const name of ['dora', 'nobody']) {
        await forget();
        const answers: Answered[] = [];
        for (let count = 0; count < 4; count += 1) answers.push(await signIn(name, 'a wrong password'));
        expect(answers.map((each) => each.status)).toEqual([401, 401, 401, 429]);
        expect(Number(answers[3]?.headers['retry-after'])).toBeLessThanOrEqual(30);
        for (const _ of [4, 5, 6]) {
          await pass(31);
          await signIn(name, 'a wrong password');
        }
        const refused = await signIn(name, 'a wrong password');
        expect(refused.status).toBe(429);
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1700);
      }
    });

    it('are counted each, also when they come all at once', async () => {
      await forget();

      const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('dora', 'a wrong password')));

      expect(answers.filter((each) => each.status === 401)).toHaveLength(3);
      expect(answers.filter((each) => each.status === 429)).toHaveLength(9);
    });

    it('get nowhere with the right password while they wait, nor with another spelling of the name', async () => {
      expect((await signIn('dora', another)).status).toBe(429);
      expect((await signIn(' DORA ', another)).status).toBe(429);
      await pass(31);
      expect((await signIn('dora', another)).status).toBe(201);
      expect((await database.query(`select * from sign_in_attempts where scope = 'account-and-address'`)).rows).toEqual(
        [],
      );
    });

    it('do not keep the owner out, who signed in from this browser before', async () => {
      await forget();
      const known = cookies(await signIn('dora', another));
      await database.query(
        `insert into sign_in_attempts values ('account', 'dora', 150, now(), now() + interval '1 hour')
         on conflict (scope, key) do update set failures = 150, blocked_until = now() + interval '1 hour'`,
      );

      expect((await signIn('dora', another)).status).toBe(429);
      expect((await signIn('dora', another, known)).status).toBe(201);
    });

    it('are seen by administrators, who let them try again', async () => {
      await forget();
      for (let count = 0; count < 3; count += 1) await signIn('dora', 'a wrong password');
      const { items } = (await tests.send('GET /sign-in-blocks')).body;
      expect(items).toMatchObject([{ scope: 'account-and-address', key: 'dora 127.0.0.1', failures: 3 }]);
      const { scope, key } = items[0];

      const lifted = await tests.send('POST /sign-in-blocks/lift', { body: { scope, key } });

      expect(lifted.status).toBe(204);
      expect((await signIn('dora', another)).status).toBe(201);
      const [entry] = (await tests.send('GET /audit?action=sign-in-block-lifted')).body.items;
      expect(entry).toMatchObject({ actor: 'launcher', subject: 'sign-in-block:account-and-address dora 127.0.0.1' });
      expect(await tests.send('POST /sign-in-blocks/lift', { body: { scope, key } })).toMatchObject({ status: 404 });
    });
  });
});
