import { Secret, TOTP } from 'otpauth';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthenticatorForTests, createAuthenticator } from './authenticator-for-tests.ts';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const password = 'seven purple teapots';
const ownPage = { 'sec-fetch-site': 'same-origin' };
const own = { origin: 'http://localhost:7400', party: 'localhost' };

/** A browser: it keeps cookies, and its changes come from the console's own page. */
function browser(tests: ServerForTests) {
  const jar = new Map<string, string>();
  const keep = (answer: Answered): Answered => {
    for (const text of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = String(text).split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
  const send = async (request: Parameters<ServerForTests['send']>[0], body?: unknown) =>
    keep(
      await tests.send(request, {
        as: null,
        ...(body === undefined ? {} : { body }),
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), ...ownPage },
      }),
    );
  return { send, jar, copy: () => new Map(jar) };
}

describe('second factors', () => {
  let tests: ServerForTests;
  let database: pg.Client;

  beforeAll(async () => {
    tests = await startServerForTests({ ALMANAC_PUBLIC_URL: 'http://localhost:7400' });
    database = await tests.connect();
  });
  afterAll(() => tests.stop());
  beforeEach(async () => {
    await database.query('delete from sign_in_attempts');
  });

  const join = async (name: string, role = 'viewer') => {
    const invited = await tests.send('POST /users', { body: { name, role } });
    const page = browser(tests);
    await page.send('POST /password', { token: invited.body.link.token, password });
    return page;
  };
  const signIn = async (name: string) => {
    const page = browser(tests);
    return { page, answer: await page.send('POST /sessions', { name, password }) };
  };
  /** The code that an app shows; `later` in steps of half a minute. */
  const codeOf = (secret: string, later = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });
  const enrolApp = async (page: ReturnType<typeof browser>) => {
    const begun = await page.send('POST /me/totp', {});
    const confirmed = await page.send('POST /me/totp/confirm', { code: codeOf(begun.body.secret, -1) });
    return { secret: String(begun.body.secret), codes: confirmed.body.recoveryCodes as string[], confirmed };
  };
  const code = (page: ReturnType<typeof browser>, text: string) =>
    page.send('POST /me/proofs', { kind: 'code', code: text });

  it('by an app are asked for at the next sign-in, each code once, and open nothing before', async () => {
    const page = await join('tom');
    const { secret, codes } = await enrolApp(page);
    expect(codes).toHaveLength(10);
    expect((await page.send('GET /me/factors')).body).toMatchObject({ recoveryCodes: 10, passkeys: [] });

    const { page: next, answer } = await signIn('tom');

    expect(answer.body).toEqual({ state: 'second-factor', name: 'tom', proofs: ['code', 'recovery-code'] });
    for (const path of ['/me', '/board', '/sessions', '/principals', '/api-tokens'] as const)
      expect(await next.send(`GET ${path}`)).toMatchObject({ status: 401, body: { code: 'second-factor-needed' } });
    expect(await next.send('POST /me/totp', {})).toMatchObject({ status: 401 });
    expect(await code(next, '000000')).toMatchObject({ status: 401, body: { code: 'wrong-code' } });
    const right = codeOf(secret);
    expect(await code(next, right)).toMatchObject({ status: 200, body: { state: 'signed-in', name: 'tom' } });
    expect((await next.send('GET /me')).status).toBe(200);
    const { page: again } = await signIn('tom');
    expect(await code(again, right)).toMatchObject({ status: 401, body: { code: 'wrong-code' } });
    const { rows } = await database.query('select sealed_secret from totp_factors');
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('that are lost are stood in for by recovery codes, each once', async () => {
    const { codes } = await enrolApp(await join('rita'));
    const [first = ''] = codes;

    const one = await signIn('rita');
    const used = await one.page.send('POST /me/proofs', { kind: 'recovery-code', code: first.toUpperCase() });

    expect(used.body.state).toBe('signed-in');
    const two = await signIn('rita');
    expect(await two.page.send('POST /me/proofs', { kind: 'recovery-code', code: first })).toMatchObject({
      status: 401,
    });
    expect((await one.page.send('GET /me/factors')).body.recoveryCodes).toBe(9);
    const { rows } = await database.query('select code_hash from recovery_codes');
    expect(JSON.stringify(rows)).not.toContain(first.slice(0, 9));
  });

  it('are not guessed: five wrong codes end the sign-in, ten block the account, whoever comes at once', async () => {
    const { secret } = await enrolApp(await join('gus'));
    const { page } = await signIn('gus');

    const answers = await Promise.all(Array.from({ length: 30 }, () => code(page, '123456')));

    const looked = answers.filter((each) => each.body.code === 'wrong-code');
    expect(looked.length).toBeLessThanOrEqual(5);
    expect(await code(page, codeOf(secret))).toMatchObject({ status: 401 });
    const { page: next } = await signIn('gus');
    await Promise.all(Array.from({ length: 30 }, () => code(next, '123456')));
    const { page: last } = await signIn('gus');
    expect(await code(last, codeOf(secret))).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    const { items } = (await tests.send('GET /sign-in-blocks')).body;
    expect(items).toContainEqual(expect.objectContaining({ scope: 'code', key: 'gus' }));
  });

  describe('by a passkey', () => {
    let page: ReturnType<typeof browser>;
    let key: AuthenticatorForTests;
    const ask = async (from: ReturnType<typeof browser>) => (await from.send('POST /passkey-challenges', {})).body;

    beforeAll(async () => {
      page = await join('petra');
      key = createAuthenticator(own);
      const options = (await page.send('POST /me/passkeys/options', {})).body;
      await page.send('POST /me/passkeys', { name: 'laptop', response: key.create(options) });
    });

    it('are asked of the browser so that they are found without a name, and unlocked', async () => {
      const { authenticatorSelection, excludeCredentials } = (await page.send('POST /me/passkeys/options', {})).body;

      expect(authenticatorSelection).toMatchObject({ residentKey: 'required', userVerification: 'required' });
      expect(excludeCredentials).toHaveLength(1);
      expect((await page.send('GET /me/factors')).body).toMatchObject({
        passkeys: [{ name: 'laptop' }],
        recoveryCodes: 10,
      });
    });

    it('take the second step, and sign in alone', async () => {
      const { page: next, answer } = await signIn('petra');
      expect(answer.body).toMatchObject({ state: 'second-factor', proofs: ['passkey', 'recovery-code'] });
      const second = await next.send('POST /me/proofs', { kind: 'passkey', response: key.prove(await ask(next)) });
      expect(second.body).toMatchObject({ state: 'signed-in', name: 'petra' });

      const fresh = browser(tests);
      const options = await ask(fresh);
      expect(options.allowCredentials).toEqual([]);
      const alone = await fresh.send('POST /sessions/passkey', { response: key.prove(options) });

      expect(alone).toMatchObject({ status: 201, body: { state: 'signed-in', name: 'petra' } });
      expect((await fresh.send('GET /me')).body.name).toBe('petra');
    });

    it.each([
      ['of another origin', { origin: 'http://localhost:7401' }],
      ['bound to another name', { party: 'evil.example' }],
      ['that nobody unlocked', { unlocked: false }],
      ['whose counter goes back', { counter: 0 }],
      ['of a challenge of somebody else', { challenge: Buffer.from('v1.a.b').toString('base64url') }],
      ['for another account', { userHandle: Buffer.from('somebody').toString('base64url') }],
    ])('are refused with a proof %s', async (_what, bent) => {
      const fresh = browser(tests);

      const refused = await fresh.send('POST /sessions/passkey', { response: key.prove(await ask(fresh), bent) });

      expect(refused).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });
      expect((await fresh.send('GET /me')).status).toBe(401);
    });

    it('answer a challenge once, for what it was made', async () => {
      const fresh = browser(tests);
      const options = await ask(fresh);
      expect((await fresh.send('POST /sessions/passkey', { response: key.prove(options) })).status).toBe(201);
      expect((await browser(tests).send('POST /sessions/passkey', { response: key.prove(options) })).status).toBe(401);

      const creation = (await page.send('POST /me/passkeys/options', {})).body;

      expect((await browser(tests).send('POST /sessions/passkey', { response: key.prove(creation) })).status).toBe(401);
    });
  });

  it('are set up in the sign-in by whoever must have one', async () => {
    await join('nora', 'approver');
    const policy = (await tests.send('GET /second-factor-policy')).body;
    const set = await tests.send('PUT /second-factor-policy', {
      body: { everybody: false, roles: ['approver'] },
      headers: { 'if-match': `"${policy.revision}"` },
    });
    expect(set.status).toBe(200);

    const { page, answer } = await signIn('nora');
    expect(answer.body).toEqual({ state: 'enrolment', name: 'nora' });
    expect((await page.send('GET /me')).status).toBe(401);
    expect(await page.send('POST /me/proofs', { kind: 'password', password })).toMatchObject({ status: 401 });
    const { confirmed } = await enrolApp(page);

    expect(confirmed.body.recoveryCodes).toHaveLength(10);
    expect((await page.send('GET /me')).body.name).toBe('nora');
    expect(await page.send('DELETE /me/totp')).toMatchObject({ status: 409, body: { code: 'in-use' } });
  });

  it('that are lost are taken away by an administrator, who sees who has which', async () => {
    const page = await join('lea');
    await enrolApp(page);
    const holders = (await tests.send('GET /second-factors?limit=200')).body.items;
    expect(holders).toContainEqual(expect.objectContaining({ name: 'lea', totp: true, recoveryCodes: 10 }));

    const removed = await tests.send('POST /principals/lea/remove-factors', { body: { kind: 'all' } });

    expect(removed.body).toMatchObject({ totp: null, recoveryCodes: 0 });
    expect((await page.send('GET /me')).status).toBe(401);
    expect((await signIn('lea')).answer.body.state).toBe('signed-in');
    const [entry] = (await tests.send('GET /audit?action=factors-removed')).body.items;
    expect(entry).toMatchObject({ actor: 'launcher', subject: 'principal:lea' });
  });

  describe('step-up', () => {
    const age = (name: string) =>
      database.query(
        `update sessions set proved_until = now() - interval '1 second'
         where principal_id = (select id from principals where name = $1)`,
        [name],
      );

    it('asks for a proof before what is sensitive, and takes another secret for the session', async () => {
      const page = await join('stan', 'administrator');
      const invite = (name: string) => page.send('POST /users', { name, role: 'viewer' });
      expect((await invite('first')).status).toBe(201);
      await age('stan');
      expect(await invite('second')).toMatchObject({ status: 403, body: { code: 'step-up-needed' } });
      expect((await page.send('GET /me/proofs')).body).toMatchObject({ purpose: 'step-up', proofs: ['password'] });
      const before = page.copy();
      expect(await page.send('POST /me/proofs', { kind: 'password', password: 'a wrong one' })).toMatchObject({
        status: 401,
        body: { code: 'wrong-credentials' },
      });

      await page.send('POST /me/proofs', { kind: 'password', password });

      expect((await invite('second')).status).toBe(201);
      expect(page.jar.get('almanac-session')).not.toBe(before.get('almanac-session'));
      const old = await tests.send('GET /me', {
        as: null,
        headers: { cookie: `almanac-session=${before.get('almanac-session')}` },
      });
      expect(old.status).toBe(401);
    });

    it('takes no password from whoever has a second factor', async () => {
      const page = await join('sara', 'administrator');
      const { secret } = await enrolApp(page);
      await age('sara');

      expect(await page.send('POST /me/proofs', { kind: 'password', password })).toMatchObject({ status: 409 });
      expect((await code(page, codeOf(secret))).body.state).toBe('signed-in');
    });

    it('is asked of personal tokens, too, and never of those of service accounts', async () => {
      const page = await join('paul', 'administrator');
      const token = (await page.send('POST /api-tokens', { name: 'laptop' })).body.secret;
      const act = (name: string) => tests.send('POST /users', { as: token, body: { name, role: 'viewer' } });
      expect((await act('third')).status).toBe(201);
      await database.query(
        `update api_tokens set proved_until = now() - interval '1 second' where proved_until is not null`,
      );
      expect(await act('fourth')).toMatchObject({ status: 403, body: { code: 'step-up-needed' } });

      const proved = await tests.send('POST /me/proofs', { as: token, body: { kind: 'password', password } });

      expect(proved.status).toBe(200);
      expect((await act('fourth')).status).toBe(201);
      expect((await tests.send('POST /users', { body: { name: 'fifth', role: 'viewer' } })).status).toBe(201);
    });
  });
});
