import {
  type IdentityProviderProcess,
  type ProviderAccount,
  startIdentityProvider,
  visitProvider,
} from '@almanac/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerSignIns } from './provider-sign-ins-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const publicUrl = 'http://127.0.0.1:7499';
const secret = 'a secret of the client';
const accounts: Readonly<Record<string, ProviderAccount>> = {
  'key-of-dora': { name: 'Dora', preferred_username: 'dora', groups: ['web-developers', 'everybody'] },
  'key-of-eve': { name: 'Eve', preferred_username: 'administrator', email: 'ada@example.com', groups: [] },
  'key-of-carl': { name: 'Carl', preferred_username: 'Carl@example.com', groups: ['chiefs'] },
  'key-of-ada': { name: 'Ada at the provider', preferred_username: 'somebody', groups: [] },
};

describe('sign-in with a provider', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let acme: IdentityProviderProcess;

  beforeAll(async () => {
    acme = await startIdentityProvider({
      secret,
      accounts,
      logoutUri: `${publicUrl}/api/v1/identity-providers/acme/logout`,
      redirectUris: ['acme', 'second'].map((each) => `${publicUrl}/sign-in/callback/${each}`),
    });
    tests = await startServerForTests({
      ALMANAC_PUBLIC_URL: publicUrl,
      ALMANAC_OUTBOUND_INTERNAL: '127.0.0.0/8',
    });
    database = await tests.connect();
  });
  afterAll(async () => {
    await tests?.stop();
    await acme?.stop();
  });

  const configuration = () => ({
    kind: 'oidc',
    issuer: acme.issuer,
    clientId: 'almanac',
    scopes: ['profile', 'email', 'groups'],
  });
  const signIns = () => providerSignIns(tests, publicUrl);
  const patch = async (name: string, body: unknown) => {
    const { body: found } = await tests.send(`GET /identity-providers/${name}`);
    return tests.send(`PATCH /identity-providers/${name}`, { body, headers: { 'if-match': `"${found.revision}"` } });
  };
  /** Tries the draft as an administrator in a browser, and puts it into force. */
  const putIntoForce = async (name: string) => {
    const { dryRun } = await signIns().tryProvider(name, 'key-of-ada');
    expect(dryRun).toMatchObject({ outcome: 'succeeded' });
    expect(await tests.send(`POST /identity-providers/${name}/activate`, { body: {} })).toMatchObject({ status: 200 });
  };
  const principals = async () => (await tests.send('GET /principals?limit=200')).body.items;

  it('is offered by nobody before a provider was tried and activated', async () => {
    const created = await tests.send('POST /identity-providers', {
      body: { name: 'acme', displayName: 'Acme', configuration: configuration(), secrets: { clientSecret: secret } },
    });

    expect(created).toMatchObject({
      status: 201,
      body: { enabled: false, active: null, draft: { number: 1, secrets: ['clientSecret'], provisioning: 'off' } },
    });
    expect(JSON.stringify(created.body)).not.toContain(secret);
    expect((await tests.send('GET /sign-in-providers', { as: null })).body.items).toEqual([]);
    expect((await signIns().begin('acme')).status).toBe(404);
    expect(await tests.send('POST /identity-providers/acme/activate', { body: {} })).toMatchObject({
      status: 409,
      body: { code: 'provider-not-tried' },
    });
  });

  it('is shown by a try, which changes nothing', async () => {
    const before = await principals();

    const { dryRun } = await signIns().tryProvider('acme', 'key-of-ada');

    expect(dryRun).toMatchObject({
      outcome: 'succeeded',
      result: {
        subject: 'key-of-ada',
        name: 'somebody',
        arrival: { kind: 'refused', why: 'no-account' },
        recheck: 'refresh-token',
        logout: true,
      },
    });
    expect(await principals()).toEqual(before);
    const { rows } = await database.query('select count(*)::int as count from external_identities');
    expect(rows[0].count).toBe(0);
  });

  it('says in a try what is wrong with the configuration', async () => {
    await patch('acme', { secrets: { clientSecret: 'another one' } });

    const { dryRun } = await signIns().tryProvider('acme', 'key-of-ada');

    expect(dryRun).toMatchObject({ version: 2, outcome: 'failed', result: null });
    expect(dryRun.problem).toContain('client');
    await patch('acme', { secrets: { clientSecret: secret } });
    await putIntoForce('acme');
    expect((await tests.send('GET /sign-in-providers', { as: null })).body.items).toEqual([
      { name: 'acme', displayName: 'Acme', manner: 'redirect' },
    ]);
  });

  it('keeps by which claim people are known', async () => {
    const changed = await patch('acme', { configuration: { ...configuration(), claims: { subject: 'oid' } } });

    expect(changed).toMatchObject({ status: 422, body: { errors: [{ pointer: '/configuration/claims/subject' }] } });
  });

  it('lets nobody in who is not linked, where nobody gets an account by it', async () => {
    expect(await signIns().signIn('acme', 'key-of-dora')).toMatchObject({ status: 403, body: { code: 'no-account' } });
  });

  it('lets in whom an administrator linked, as the account that they have', async () => {
    await tests.send('POST /users', { body: { name: 'ada', role: 'viewer' } });
    const link = await tests.send('POST /identity-providers/acme/identities', {
      body: { principal: 'ada', subject: 'key-of-ada' },
    });
    expect(link).toMatchObject({ status: 201, body: { provisioned: false } });

    const done = await signIns().signIn('acme', 'key-of-ada');

    expect(done).toMatchObject({
      status: 201,
      body: { kind: 'signed-in', principal: { name: 'ada', role: 'viewer' } },
    });
    expect((await signIns().me(done)).body).toMatchObject({ name: 'ada' });
  });

  it('makes an account with what groups give, and never one that somebody has', async () => {
    await database.query(`insert into teams (id, name, display_name) values (gen_random_uuid(), 'web', 'Web')`);
    await patch('acme', {
      arrival: {
        provisioning: 'mapped',
        defaultRole: 'viewer',
        mappings: [
          { group: 'web-developers', role: 'developer', team: 'web' },
          { group: 'chiefs', role: 'deployer' },
          { group: 'administrators', role: 'administrator' },
        ],
      },
    });
    await putIntoForce('acme');

    const dora = await signIns().signIn('acme', 'key-of-dora');
    const carl = await signIns().signIn('acme', 'key-of-carl');
    const eve = await signIns().signIn('acme', 'key-of-eve');

    expect(dora.body.principal).toMatchObject({
      name: 'dora',
      role: 'viewer',
      teams: [{ name: 'web', role: 'developer' }],
    });
    expect(carl.body.principal).toMatchObject({ name: 'carl', role: 'deployer', teams: [] });
    // Eve calls herself an administrator and has the address of one.
    expect(eve).toMatchObject({ status: 403, body: { code: 'no-account' } });
    expect((await signIns().signIn('acme', 'key-of-dora')).body.principal.id).toBe(dora.body.principal.id);
  });

  it('brings what the provider gave up to date, and leaves alone what was given by hand', async () => {
    await acme.command({ accounts: { 'key-of-dora': { ...accounts['key-of-dora'], groups: ['chiefs'] } } });

    const { body } = await signIns().signIn('acme', 'key-of-dora');

    expect(body.principal).toMatchObject({ role: 'deployer', teams: [] });
    await tests.send('PATCH /principals/dora', { body: { role: 'viewer' } });
    expect((await signIns().signIn('acme', 'key-of-dora')).body.principal).toMatchObject({ role: 'viewer' });
  });

  it('does not let somebody in who was deactivated', async () => {
    await tests.send('POST /principals/carl/deactivate', { body: {} });

    expect(await signIns().signIn('acme', 'key-of-carl')).toMatchObject({ status: 403, body: { code: 'no-account' } });
    await tests.send('POST /principals/carl/activate', { body: {} });
  });

  it('is over after its first answer, in another browser, and when it takes too long', async () => {
    const begun = await signIns().begin('acme');
    const query = await visitProvider(begun.body.url, { login: 'key-of-carl', until: publicUrl });
    expect((await signIns().complete('acme', query, 'almanac-sign-in=of-another-browser')).status).toBe(401);
    expect((await signIns().complete('acme', query, signIns().cookies(begun))).status).toBe(401);

    const late = await signIns().begin('acme');
    const lateQuery = await visitProvider(late.body.url, { login: 'key-of-carl', until: publicUrl });
    await database.query(`update provider_sign_ins set expires_at = now() - interval '1 second'`);
    expect((await signIns().complete('acme', lateQuery, signIns().cookies(late))).status).toBe(401);
  });

  it('ends where the provider says that somebody signed out, and each message counts once', async () => {
    const carl = await signIns().signIn('acme', 'key-of-carl');
    const { sid } = await claimsOfSession(database);
    const message = async (claims: object, header?: object) =>
      (
        await acme.command({
          sign: {
            claims: {
              iss: acme.issuer,
              aud: 'almanac',
              iat: Math.floor(Date.now() / 1000),
              jti: crypto.randomUUID(),
              events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
              sid,
              ...claims,
            },
            ...(header === undefined ? {} : { header: header as Record<string, unknown> }),
          },
        })
      ).signed ?? '';
    const tell = async (token: string) =>
      (
        await tests.server.http.inject({
          method: 'POST',
          url: '/api/v1/identity-providers/acme/logout',
          headers: { host: '127.0.0.1', 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams({ logout_token: token }).toString(),
        })
      ).statusCode;

    for (const refused of [
      await message({ aud: 'somebody-else' }),
      await message({ iss: 'https://issuer.example.com' }),
      await message({ events: {} }),
      await message({ nonce: 'x' }),
      await message({ sid: undefined }),
      await message({ jti: undefined }),
      await message({ iat: 1_000_000_000 }),
      await message({}, { typ: 'at+jwt' }),
      'no.token.at-all',
    ])
      expect(await tell(refused)).toBe(400);
    expect((await signIns().me(carl)).status).toBe(200);

    const right = await message({});
    expect(await tell(right)).toBe(200);

    expect((await signIns().me(carl)).status).toBe(401);
    expect(await tell(right)).toBe(400);
  });

  it('signs out at the provider as well', async () => {
    const carl = await signIns().signIn('acme', 'key-of-carl');

    const out = await tests.send('DELETE /sessions/current', {
      as: null,
      headers: { cookie: signIns().cookies(carl), 'sec-fetch-site': 'same-origin' },
    });

    expect(out.body.redirectTo).toMatch(new RegExp(`^${acme.issuer}/session/end\\?.*id_token_hint=`));
    expect((await signIns().me(carl)).status).toBe(401);
  });

  it('is asked about again, and ends when the person is gone there', async () => {
    const [carl, dora] = [await signIns().signIn('acme', 'key-of-carl'), await signIns().signIn('acme', 'key-of-dora')];
    await acme.command({ accounts: { 'key-of-carl': { disabled: true } } });

    await signIns().recheckNow(database);

    await expect.poll(async () => (await signIns().me(carl)).status, { timeout: 20_000 }).toBe(401);
    expect((await signIns().me(dora)).status).toBe(200);
    await acme.command({ accounts: { 'key-of-carl': accounts['key-of-carl'] ?? {} } });
  });

  it('goes on for a while when the provider does not answer', async () => {
    const dora = await signIns().signIn('acme', 'key-of-dora');
    await acme.command({ silent: true });
    await signIns().recheckNow(database);
    await expect.poll(async () => (await acme.command({})).sentAway, { timeout: 20_000 }).toBeGreaterThan(0);
    expect((await signIns().me(dora)).status).toBe(200);

    await database.query(`update provider_sessions set answered_at = now() - interval '61 minutes'`);
    // A check that was under way when time went by says when the next one is; so it is asked for until it came.
    const laterOn = async () => {
      await signIns().recheckNow(database);
      return (await signIns().me(dora)).status;
    };
    await expect.poll(laterOn, { timeout: 20_000, interval: 200 }).toBe(401);
    await acme.command({ silent: false });
  });

  it('returns to the configuration before when nobody can sign in with a changed one', async () => {
    await patch('acme', { displayName: 'Acme again', secrets: { clientSecret: secret } });
    await putIntoForce('acme');
    const { body: changed } = await tests.send('GET /identity-providers/acme');
    await acme.command({ attack: 'other-audience' });

    for (let count = 0; count < 5; count += 1) expect((await signIns().signIn('acme', 'key-of-carl')).status).toBe(401);

    await acme.command({ attack: null });
    const { body: after } = await tests.send('GET /identity-providers/acme');
    expect(after.active.number).toBe(changed.active.number - 1);
    expect((await signIns().signIn('acme', 'key-of-carl')).status).toBe(201);
    const { body: audit } = await tests.send('GET /audit?action=identity-provider-returned');
    expect(audit.items[0]).toMatchObject({ actor: 'server', detail: { why: 'too-many-failures' } });
  });

  it('never touches a sign-in with a password, and ends with the provider', async () => {
    const carl = await signIns().signIn('acme', 'key-of-carl');

    expect(await tests.send('POST /identity-providers/acme/disable', { body: {} })).toMatchObject({ status: 200 });

    expect((await signIns().me(carl)).status).toBe(401);
    expect((await signIns().begin('acme')).status).toBe(404);
    expect((await tests.send('GET /sign-in-providers', { as: null })).body.items).toEqual([]);
    expect((await tests.send('GET /setup', { as: null })).status).toBe(200);
  });

  it('by a provider is given by nobody who holds less than it gives', async () => {
    await tests.send('POST /environments', {
      body: { name: 'development', displayName: 'Development', type: 'development' },
    });
    await database.query(`insert into roles (id, name, display_name, elsewhere, rights)
      values (gen_random_uuid(), 'keeper', 'Keeper', '{list}', '{manage-installation}')`);
    const { body: keeper } = await tests.send('POST /principals', { body: { name: 'keeper', role: 'keeper' } });
    const add = (name: string, arrival: object) =>
      tests.send('POST /identity-providers', {
        as: keeper.secret,
        body: { name, configuration: configuration(), secrets: { clientSecret: secret }, arrival },
      });

    expect((await add('mine', { provisioning: 'everybody', defaultRole: 'keeper' })).status).toBe(201);
    for (const arrival of [
      { provisioning: 'everybody', defaultRole: 'administrator' },
      { mappings: [{ group: 'all', role: 'administrator' }] },
      { mappings: [{ group: 'all', role: 'developer', team: 'web' }] },
    ])
      expect(await add('more', arrival)).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    const link = await tests.send('POST /identity-providers/mine/identities', {
      as: keeper.secret,
      body: { principal: 'dora', subject: 'of-mine' },
    });
    expect(link).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
  });
});

async function claimsOfSession(database: pg.Client): Promise<{ readonly sid: string }> {
  const { rows } = await database.query(
    `select foreign_session as sid from provider_sessions join sessions on sessions.id = session_id
     order by sessions.created_at desc limit 1`,
  );
  return rows[0];
}
