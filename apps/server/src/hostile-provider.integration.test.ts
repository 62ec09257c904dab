import {
  type AttackName,
  attackNames,
  type IdentityProviderProcess,
  startIdentityProvider,
  visitProvider,
} from '@almanac/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { providerSignIns } from './provider-sign-ins-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const publicUrl = 'http://127.0.0.1:7499';
const secret = 'a secret of the client';
const person = 'key-of-mallory';

describe('a provider that lies', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let provider: IdentityProviderProcess;

  beforeAll(async () => {
    provider = await startIdentityProvider({
      secret,
      redirectUris: ['acme', 'other'].map((each) => `${publicUrl}/sign-in/callback/${each}`),
      accounts: {
        [person]: { preferred_username: 'mallory', email: 'ada@example.com', email_verified: false, groups: ['all'] },
      },
    });
    tests = await startServerForTests({ ALMANAC_PUBLIC_URL: publicUrl, ALMANAC_OUTBOUND_INTERNAL: '127.0.0.0/8' });
    database = await tests.connect();
    for (const name of ['acme', 'other']) {
      await tests.send('POST /identity-providers', {
        body: {
          name,
          configuration: {
            kind: 'oidc',
            issuer: provider.issuer,
            clientId: 'almanac',
            scopes: ['profile', 'email', 'groups'],
          },
          secrets: { clientSecret: secret },
          // Whoever gets past the checks gets an account at once.
          arrival: {
            provisioning: 'everybody',
            defaultRole: 'viewer',
            mappings: [{ group: 'administrators', role: 'administrator' }],
          },
        },
      });
      await signIns().tryProvider(name, person);
      await tests.send(`POST /identity-providers/${name}/activate`, { body: {} });
    }
  });
  afterAll(async () => {
    await tests?.stop();
    await provider?.stop();
  });
  beforeEach(() => provider.command({ attack: null }));

  const signIns = () => providerSignIns(tests, publicUrl);
  /** Who is linked, who has an account, and who is signed in. */
  const state = async () =>
    (
      await database.query(`
        select (select count(*) from external_identities) as identities, (select count(*) from principals) as principals,
          (select count(*) from sessions) as sessions, (select count(*) from memberships) as memberships`)
    ).rows[0];
  const attacked = async (attack: AttackName | 'other-person') => {
    await provider.command({ attack });
    return signIns().signIn('acme', person);
  };

  it('would give an account at once to whoever gets past the checks', async () => {
    const { dryRun } = await signIns().tryProvider('acme', person);

    expect(dryRun).toMatchObject({ outcome: 'succeeded', result: { arrival: { kind: 'provisioned' } } });
    const { body } = await tests.send('GET /sign-in-providers', { as: null });
    expect(body.items.map((each: { name: string }) => each.name)).toEqual(['acme', 'other']);
  });

  it.each([...attackNames, 'other-person' as const])('lets nobody in and links nobody: %s', async (attack) => {
    const before = await state();

    const answer = await attacked(attack);

    expect(answer).toMatchObject({ status: 401, body: { code: 'provider-sign-in-failed' } });
    expect(String(answer.headers['set-cookie'])).not.toMatch(/almanac-session=[^;]/);
    expect(await state()).toEqual(before);
    const { body: audit } = await tests.send('GET /audit?action=sign-in-failed&limit=1');
    expect(audit.items[0]).toMatchObject({ subject: 'identity-provider:acme' });
    expect(audit.items[0].detail.why).not.toBe('');
  });

  it('links nobody by its name for the other provider, by the other address, or without saying who it is', async () => {
    const before = await state();
    const complete = async (change: (query: URLSearchParams) => void, at = 'acme') => {
      const begun = await signIns().begin('acme');
      const query = new URLSearchParams(await visitProvider(begun.body.url, { login: person, until: publicUrl }));
      change(query);
      return signIns().complete(at, query.toString(), signIns().cookies(begun));
    };

    for (const answer of [
      await complete(() => undefined, 'other'),
      await complete((query) => query.set('iss', 'https://issuer.example.com')),
      await complete((query) => query.delete('iss')),
      await complete((query) => query.append('iss', provider.issuer)),
      await complete((query) => query.append('code', 'another')),
      await complete((query) => query.append('state', 'another')),
      await complete((query) => query.set('state', 'another')),
      await complete((query) => query.set('code', 'another')),
      await complete((query) => query.set('error', 'access_denied')),
    ])
      expect(answer).toMatchObject({ status: 401, body: { code: 'provider-sign-in-failed' } });

    expect(await state()).toEqual(before);
  });

  it('makes no account of an administrator by an address that it did not verify', async () => {
    await tests.send('POST /users', {
      body: { name: 'mallory', displayName: 'ada@example.com', role: 'administrator' },
    });

    const { body } = await signIns().signIn('acme', person);

    expect(body.principal).toMatchObject({ name: 'mallory-2', role: 'viewer' });
  });
});
