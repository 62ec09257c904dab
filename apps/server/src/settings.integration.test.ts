import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DesiredState } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAgent, reportedApplication, type ScriptedAgent } from './scripted-agent-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

const secret = 'sk-live-of-the-shop';
const head = 'a'.repeat(40);
const definitions = { CURRENCY: { default: 'EUR' }, PAYMENT_KEY: { secret: true, required: true } };

describe('settings', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
    await tests.send('POST /environments', {
      body: { name: 'production', displayName: 'Production', type: 'production' },
    });
    await addApplication(tests, {
      name: 'orders',
      head,
      settings: definitions,
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

    expect(body.settings.map((each: { key: string }) => each.key)).toEqual(['CURRENCY', 'DATABASE_URL', 'PAYMENT_KEY']);
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

  it('tell equal secrets from others by their fingerprints, and every change by who made it', async () => {
    const fingerprintIn = async (environment: string, value: string) => {
      const { body } = await set('PAYMENT_KEY', value, { environment, level: 'environment' });
      return body.values.find((each: { environment: { name: string } }) => each.environment.name === environment)
        .fingerprint;
    };
    await tests.send('POST /environments', { body: { name: 'quality', displayName: 'Quality', type: 'test' } });

    const here = await fingerprintIn('production', secret);
    const same = await fingerprintIn('quality', secret);
    const other = await fingerprintIn('quality', `${secret}-2`);

    expect(same).toBe(here);
    expect(other).not.toBe(here);
    await tests.send('DELETE /applications/orders/settings/PAYMENT_KEY?environment=quality&level=environment');
    const changes = await tests.send('GET /applications/orders/setting-changes?key=PAYMENT_KEY&environment=quality');
    expect(changes.body.items).toMatchObject([
      { removed: true, value: null, fingerprint: null, changedBy: 'launcher' },
      { removed: false, value: null, fingerprint: other },
      { removed: false, value: null, fingerprint: same },
    ]);
  });

  it('list their changes page by page', async () => {
    const path = '/applications/orders/setting-changes?key=PAYMENT_KEY&limit=3' as const;

    const first = await tests.send(`GET ${path}`);
    const second = await tests.send(`GET ${path}&cursor=${first.body.next}`);

    const ids = [...first.body.items, ...second.body.items].map((each: { id: string }) => each.id);
    expect(new Set(ids).size).toBe(5);
  });

  it('bind a connection to an address, which is a secret', async () => {
    const bound = await set('DATABASE_URL', 'postgres://orders:pass@db.example.com/orders', production);

    expect(bound).toMatchObject({
      status: 200,
      body: { connection: { type: 'postgres', scope: 'site' }, secret: true, values: [{ value: null }] },
    });
    expect(JSON.stringify(bound.body)).not.toContain('pass@');
    expect(await set('DATABASE_URL', 'mysql://db.example.com/orders', production)).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('postgres://user:password@host:port/database') },
    });
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

  it('come to a site that enrols after its environment was planned, as they are by then', async () => {
    const builder = scriptedBuilder(tests);
    const commits = [commitOf(head)];
    await builder.complete(
      await builder.claim(),
      await builtResult(tests, { name: 'orders', commits, settings: definitions }),
    );
    await set('CURRENCY', 'CHF', production);
    await set('PAYMENT_KEY', secret, production);
    const agents = new Map<string, ScriptedAgent>();
    const enrol = async (name: string) => {
      const { body } = await tests.send('POST /sites', { body: { name, environment: 'production' } });
      agents.set(name, await connectAgent(tests, body.enrolment.token));
    };
    const toldTo = async (name: string, enough: (wanted: DesiredState['applications'][number]) => boolean) => {
      const state = await agents.get(name)?.told((each) => each.applications.some(enough));
      return state?.applications.find(enough);
    };
    await enrol('first');
    const operations = [{ kind: 'deploy', application: 'orders', source: { kind: 'latest' } }];
    await tests.send('POST /plans', { body: { environment: 'production', operations, start: true } });
    const staged = await toldTo('first', (each) => each.stageOnly);
    if (staged !== undefined) await agents.get('first')?.report([reportedApplication(staged, { phase: 'staged' })]);
    await toldTo('first', (each) => !each.stageOnly);

    await enrol('later');
    await set('CURRENCY', 'NOK', production);
    await enrol('latest');

    expect(await toldTo('later', (each) => !each.stageOnly)).toMatchObject({
      settings: { CURRENCY: 'CHF' },
      sealed: { PAYMENT_KEY: expect.anything() },
    });
    expect(await toldTo('latest', (each) => !each.stageOnly)).toMatchObject({ settings: { CURRENCY: 'NOK' } });
    expect(await toldTo('first', (each) => !each.stageOnly)).toMatchObject({ settings: { CURRENCY: 'CHF' } });
    for (const agent of agents.values()) agent.close();
  });
});
