import { type IdentityProviderProcess, type ProviderAccount, startIdentityProvider } from '@almanac/testkit';
import { Secret, TOTP } from 'otpauth';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerSignIns } from './provider-sign-ins-for-tests.ts';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const publicUrl = 'http://127.0.0.1:7498';
const secret = 'a secret of the client';
const person = (name: string, more: Partial<ProviderAccount> = {}): ProviderAccount => ({
  name,
  preferred_username: name,
  groups: [],
  ...more,
});
const accounts = {
  'key-of-ada': person('ada'),
  'key-of-dora': person('dora', { signsInBy: { amr: ['pwd'] }, amr: ['mfa'] }),
  'key-of-mia': person('mia', { signsInBy: { amr: ['pwd', 'mfa'] } }),
  'key-of-cleo': person('cleo', { signsInBy: { acr: 'urn:example:two' } }),
};

describe('a second factor of people of a provider', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let acme: IdentityProviderProcess;

  beforeAll(async () => {
    acme = await startIdentityProvider({
      secret,
      accounts,
      logoutUri: `${publicUrl}/api/v1/identity-providers/acme/logout`,
      redirectUris: [`${publicUrl}/sign-in/callback/acme`],
    });
    tests = await startServerForTests({ ALMANAC_PUBLIC_URL: publicUrl, ALMANAC_OUTBOUND_INTERNAL: '127.0.0.0/8' });
    database = await tests.connect();
    await tests.send('POST /identity-providers', {
      body: {
        name: 'acme',
        configuration: configuration(),
        secrets: { clientSecret: secret },
        arrival: { provisioning: 'everybody', defaultRole: 'viewer' },
      },
    });
    await activate();
  });
  afterAll(async () => {
    await tests?.stop();
    await acme?.stop();
  });

  const configuration = (secondFactor?: unknown) => ({
    kind: 'oidc',
    issuer: acme.issuer,
    clientId: 'almanac',
    scopes: ['profile', 'email', 'groups'],
    ...(secondFactor === undefined ? {} : { secondFactor }),
  });
  const signIns = () => providerSignIns(tests, publicUrl);
  const activate = async () => {
    const { dryRun } = await signIns().tryProvider('acme', 'key-of-ada');
    expect(dryRun).toMatchObject({ outcome: 'succeeded' });
    expect((await tests.send('POST /identity-providers/acme/activate', { body: {} })).status).toBe(200);
    return dryRun;
  };
  const trust = async (secondFactor: unknown) => {
    const { revision } = (await tests.send('GET /identity-providers/acme')).body;
    const headers = { 'if-match': `"${revision}"` };
    const body = { configuration: configuration(secondFactor) };
    expect((await tests.send('PATCH /identity-providers/acme', { body, headers })).status).toBe(200);
    return activate();
  };
  const demand = async (everybody: boolean) => {
    const { revision } = (await tests.send('GET /second-factor-policy')).body;
    const headers = { 'if-match': `"${revision}"` };
    const body = { everybody, roles: [] };
    expect((await tests.send('PUT /second-factor-policy', { body, headers })).status).toBe(200);
  };
  const arrive = (who: keyof typeof accounts) => signIns().signIn('acme', who);
  /** Sends as the browser that an answer was given to. */
  const as = (answer: Answered, request: Parameters<ServerForTests['send']>[0], body?: unknown) =>
    tests.send(request, {
      as: null,
      ...(body === undefined ? {} : { body }),
      headers: { cookie: signIns().cookies(answer), 'sec-fetch-site': 'same-origin' },
    });
  const codeOf = (text: string, later = 0) =>
    new TOTP({ secret: Secret.fromBase32(text) }).generate({ timestamp: Date.now() + later * 30_000 });
  const enrol = async (answer: Answered) => {
    const begun = await as(answer, 'POST /me/totp', {});
    const confirmed = await as(answer, 'POST /me/totp/confirm', { code: codeOf(begun.body.secret, -1) });
    return { secret: String(begun.body.secret), confirmed };
  };

  it('is not asked for where no policy does', async () => {
    expect(await arrive('key-of-dora')).toMatchObject({ status: 201, body: { kind: 'signed-in' } });
  });

  describe('that policy asks for', () => {
    let ofDora: string;
    beforeAll(() => demand(true));

    it('is set up here in the sign-in, which opens nothing before', async () => {
      const answer = await arrive('key-of-dora');

      expect(answer).toMatchObject({
        status: 201,
        body: { kind: 'outstanding', outstanding: { state: 'enrolment', name: 'dora' } },
      });
      expect(await as(answer, 'GET /me')).toMatchObject({ status: 401, body: { code: 'second-factor-needed' } });
      const { secret: made, confirmed } = await enrol(answer);
      ofDora = made;
      expect(confirmed).toMatchObject({ status: 200 });
      expect((await as(confirmed, 'GET /me')).body).toMatchObject({ name: 'dora' });
    });

    it('is given at the next one, and the provider is asked about that session as about any other', async () => {
      const answer = await arrive('key-of-dora');
      expect(answer.body.outstanding).toMatchObject({ state: 'second-factor', proofs: ['code', 'recovery-code'] });
      // What lacks its second step is no session that could be asked about.
      await signIns().recheckNow(database);
      const inside = await as(answer, 'POST /me/proofs', { kind: 'code', code: codeOf(ofDora) });
      expect(inside).toMatchObject({ status: 200, body: { state: 'signed-in' } });
      expect((await as(inside, 'GET /me')).status).toBe(200);

      await acme.command({ accounts: { 'key-of-dora': { ...accounts['key-of-dora'], disabled: true } } });
      await signIns().recheckNow(database);

      await expect.poll(async () => (await as(inside, 'GET /me')).status, { timeout: 20_000 }).toBe(401);
      await acme.command({ accounts: { 'key-of-dora': accounts['key-of-dora'] } });
    });

    it('ends with the link to the provider while it is outstanding', async () => {
      const answer = await arrive('key-of-mia');
      const { items } = (await tests.send('GET /identity-providers/acme/identities')).body;
      const link = items.find((each: { account: { name: string } }) => each.account.name === 'mia');

      await tests.send(`DELETE /identity-providers/acme/identities/${link.id}`);

      expect((await as(answer, 'POST /me/totp', {})).status).toBe(401);
      expect(
        (
          await tests.send('POST /identity-providers/acme/identities', {
            body: { principal: 'mia', subject: 'key-of-mia' },
          })
        ).status,
      ).toBe(201);
    });

    it('is taken from a provider that is trusted when its ID token says so, and never by what it says beside', async () => {
      const dryRun = await trust({ trusted: 'when-said', amr: ['mfa'], acr: ['urn:example:two'] });

      expect(dryRun.result.secondFactor).toBe(false);
      expect(await arrive('key-of-mia')).toMatchObject({ body: { kind: 'signed-in', principal: { name: 'mia' } } });
      expect(await arrive('key-of-cleo')).toMatchObject({ body: { kind: 'signed-in', principal: { name: 'cleo' } } });
      expect((await arrive('key-of-dora')).body).toMatchObject({ kind: 'outstanding' });
      const begun = await signIns().begin('acme');
      expect(new URL(begun.body.url).searchParams.get('acr_values')).toBe('urn:example:two');
    });

    it('is asked of nobody where the provider is always trusted', async () => {
      await trust({ trusted: 'always' });

      expect(await arrive('key-of-dora')).toMatchObject({ body: { kind: 'signed-in' } });
    });

    it('is asked again once the provider is trusted no more', async () => {
      await trust({ trusted: 'never' });

      expect((await arrive('key-of-mia')).body).toMatchObject({ kind: 'outstanding' });
    });
  });

  it('of somebody who holds more is got around by no link to another person', async () => {
    await tests.send('POST /roles', { body: { name: 'installer', rights: ['manage-installation'] } });
    const installer = (await tests.send('POST /principals', { body: { name: 'ines', role: 'installer' } })).body.secret;
    await tests.send('POST /users', { body: { name: 'boss', role: 'administrator' } });
    const link = { principal: 'boss', subject: 'key-of-ines' };

    expect(await tests.send('POST /identity-providers/acme/identities', { as: installer, body: link })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('boss holds') },
    });
    const made = await tests.send('POST /identity-providers/acme/identities', { body: link });
    const gone = await tests.send(`DELETE /identity-providers/acme/identities/${made.body.id}`, { as: installer });
    expect(gone).toMatchObject({ status: 403, body: { detail: expect.stringContaining('boss holds') } });
  });
});
