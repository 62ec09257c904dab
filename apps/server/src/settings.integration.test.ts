import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const secret = 'sk-live-of-the-shop';

describe('settings', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
    await tests.send('POST /environments', {
      body: { name: 'production', displayName: 'Production', type: 'production' },
    });
    await addApplication(tests, {
      name: 'orders',
      head: 'a'.repeat(40),
      settings: { CURRENCY: { default: 'EUR' }, PAYMENT_KEY: { secret: true, required: true } },
    });
  });
  afterAll(() => tests.stop());

  const set = (key: string, value: string, place: Readonly<Record<string, string>>) =>
    tests.send(`PUT /applications/orders/settings/${key}`, { body: { value, place } });
  const production = { environment: 'production', level: 'environment' };

  it('show what the manifest defines, and the values at each level', async () => {
    const changed = await set('CURRENCY', 'CHF', production);
    expect(changed).toMatchObject({ status: 200, body: { key: 'CURRENCY', default: 'EUR', secret: false } });
    await set('CURRENCY', 'SEK', { ...production, level: 'label', selector: 'region=se' });

    const { body } = await tests.send('GET /applications/orders/settings');

    expect(body.settings.map((each: { key: string }) => each.key)).toEqual(['CURRENCY', 'PAYMENT_KEY']);
    expect(body.settings[0].values).toMatchObject([
      { level: 'environment', selector: null, value: 'CHF', changedBy: 'launcher' },
      { level: 'label', selector: 'region=se', value: 'SEK' },
    ]);
  });

  it('never show a secret again: not in answers, the audit, the events or the database', async () => {
    const answer = await set('PAYMENT_KEY', secret, production);
    expect(answer.body).toMatchObject({ secret: true, required: true, values: [{ value: null }] });
    const session = await tests.connect();

    const { rows } = await session.query(`select
      (select string_agg(s::text, '') from setting_values s) || (select string_agg(a::text, '') from audit a)
      || (select string_agg(o::text, '') from outbox o) as everything`);

    expect(rows[0].everything).toContain('PAYMENT_KEY');
    expect(rows[0].everything).not.toContain(secret);
    expect(JSON.stringify((await tests.send('GET /applications/orders/settings')).body)).not.toContain(secret);
    expect(JSON.stringify((await tests.send('GET /audit')).body)).not.toContain(secret);
  });

  it('keep the key of all secrets outside the database, for this account alone', async () => {
    const file = join(tests.directory, 'data', 'keys', 'secrets.key');

    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url')).toHaveLength(32);
  });

  it.each([
    ['UNKNOWN', production, 404, 'not-found'],
    ['CURRENCY', { environment: 'nowhere', level: 'environment' }, 404, 'not-found'],
    ['CURRENCY', { ...production, level: 'site', selector: 'berlin' }, 404, 'not-found'],
    ['CURRENCY', { ...production, level: 'label', selector: 'no pair' }, 422, 'invalid-request'],
  ])('refuse %s at %j with %i', async (key, place, status, code) => {
    expect(await set(key, 'x', place)).toMatchObject({ status, body: { code } });
  });

  it('hold at the next wider level again once a value is cleared', async () => {
    const path = '/applications/orders/settings/CURRENCY?environment=production&level=environment' as const;

    const cleared = await tests.send(`DELETE ${path}`);

    expect(cleared.body.values).toMatchObject([{ level: 'label', value: 'SEK' }]);
    expect((await tests.send(`DELETE ${path}`)).status).toBe(404);
  });
});
