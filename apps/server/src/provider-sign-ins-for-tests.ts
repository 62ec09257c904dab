import { visitProvider } from '@almanac/testkit';
import type pg from 'pg';
import type { Answered, ServerForTests } from './server-for-tests.ts';

const ownPage = { 'sec-fetch-site': 'same-origin' };

/** A browser that signs in with providers. */
export function providerSignIns(tests: ServerForTests, publicUrl: string) {
  const cookies = (answer: Answered): string => {
    const given = answer.headers['set-cookie'];
    return (Array.isArray(given) ? given : [String(given)])
      .map((each) => each.split(';')[0] ?? '')
      .filter((each) => !each.endsWith('='))
      .join('; ');
  };
  const begin = (provider: string) =>
    tests.send('POST /provider-sign-ins', { as: null, body: { provider }, headers: ownPage });
  const complete = (provider: string, query: string, cookie: string) =>
    tests.send('POST /provider-sign-ins/complete', {
      as: null,
      body: { kind: 'redirect', provider, query },
      headers: { cookie, ...ownPage },
    });
  return {
    begin,
    complete,
    cookies,
    signIn: async (provider: string, login: string): Promise<Answered> => {
      const begun = await begin(provider);
      if (begun.status !== 201) return begun;
      const query = await visitProvider(begun.body.url, { login, until: publicUrl });
      return complete(provider, query, cookies(begun));
    },
    me: (answer: Answered) => tests.send('GET /me', { as: null, headers: { cookie: cookies(answer) } }),
    /** Tries the configuration as the administrator whose token the tests have. */
    tryProvider: async (provider: string, login: string) => {
      const begun = await tests.send(`POST /identity-providers/${provider}/dry-runs`, { body: {} });
      const query = await visitProvider(begun.body.url, { login, until: publicUrl });
      const ended = await tests.send('POST /provider-sign-ins/complete', {
        body: { kind: 'redirect', provider, query },
        headers: { cookie: cookies(begun) },
      });
      const dryRuns = await tests.send(`GET /identity-providers/${provider}/dry-runs`);
      return { begun, ended, dryRun: dryRuns.body.items[0] };
    },
    /** Lets it be time to ask providers about everybody. */
    recheckNow: (database: pg.Client) =>
      database.query(`update provider_sessions set due_at = now() - interval '1 second' where due_at is not null`),
  };
}
