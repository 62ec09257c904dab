import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

/** Answers are looked into by tests, which say themselves what they expect. */
// biome-ignore lint/suspicious/noExplicitAny: an expectation about a member that is missing fails anyway
type Json = any;

describe('what a plan finds beside references', () => {
  let tests: ServerForTests;
  let session: pg.Client;
  let heads = 0;
  const send: ServerForTests['send'] = (request, options) => tests.send(request, options);
  const newHead = () => {
    heads += 1;
    return heads.toString(16).padStart(40, '0');
  };

  /** Builds the next commit of an application, with a web module like this; gives its number. */
  const build = async (name: string, web: object = {}, more: object = {}): Promise<number> => {
    const builder = scriptedBuilder(tests);
    const head = newHead();
    const known = await send(`GET /applications/${name}`);
    if (known.status === 404) await addApplication(tests, { name, head });
    else await send(`POST /applications/${name}/push-events`, { body: { commit: head } });
    const job = await builder.claim();
    const result = await builtResult(tests, { name, commits: [commitOf(head)] });
    await builder.complete(job, {
      ...result,
      modules: result.modules.map((module) => ({ ...module, ...more })),
      manifest: { ...result.manifest, connections: {}, modules: { web: { ...result.manifest.modules.web, ...web } } },
    });
    const { rows } = await session.query('select number from builds where id = $1', [job.work.build]);
    return rows[0].number;
  };
  /** What the environment runs from now on, without a plan. */
  const install = (name: string, number: number) =>
    session.query(
      `insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
       select e.id, b.application_id, b.id, b.id::text, '{}', '', gen_random_uuid(), now()
       from environments e, builds b join applications a on a.id = b.application_id
       where e.name = 'quality' and a.name = $1 and b.number = $2
       on conflict (environment_id, application_id) do update set build_id = excluded.build_id`,
      [name, number],
    );
  const deployment = async (name: string, number: number) => {
    const { rows } = await session.query(
      'select b.id from builds b join applications a on a.id = b.application_id where a.name = $1 and b.number = $2',
      [name, number],
    );
    return { kind: 'deploy', application: name, source: { kind: 'build', build: rows[0].id } };
  };
  const draft = async (...operations: readonly object[]): Promise<Json> =>
    (await send('POST /plans', { body: { environment: 'quality', operations } })).body;
  /** The same asked of the index, as the composer does. */
  const preview = async (...operations: readonly object[]): Promise<Json> =>
    (await send('POST /environments/quality/impact', { body: { operations } })).body.findings;
  const can = (site: string, capabilities: object | null) =>
    session.query('update sites set capabilities = $2 where name = $1', [site, JSON.stringify(capabilities)]);

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    await send('POST /environments', { body: { name: 'quality', displayName: 'Quality', type: 'test' } });
    for (const name of ['berlin', 'paris']) await send('POST /sites', { body: { name, environment: 'quality' } });
  });
  afterAll(() => tests.stop());

  it('is what a site lacks, on each site that lacks it, and nothing of sites of which nothing is known', async () => {
    const number = await build('orders', { toolchain: 'node@20' });
    await can('berlin', { toolchains: ['host', 'node@26'], connections: [], strategies: ['rolling'] });

    const plan = await draft(await deployment('orders', number));

    expect(plan.findings).toMatchObject([
      {
        code: 'capability-missing',
        severity: 'error',
        subject: 'the toolchain node@20',
        site: 'berlin',
        detail: 'orders needs the toolchain node@20, which is not there on site berlin',
        fix: 'give site berlin what it lacks, or place orders on sites that have it',
        chain: [{ link: 'change', change: { kind: 'deploy', application: { name: 'orders' } } }],
      },
    ]);
    expect(await preview(await deployment('orders', number))).toEqual(plan.findings);
    expect((await send(`POST /plans/${plan.number}/start`, { body: {} })).body.code).toBe('plan-has-errors');
    await can('berlin', { toolchains: ['host', 'node@20'], connections: [], strategies: ['rolling'] });
    expect((await draft(await deployment('orders', number))).findings).toEqual([]);
  });

  it('is a strategy of the environment that the agent of a site is too old for', async () => {
    const number = await build('payments');
    await can('berlin', null);
    await can('paris', { strategies: ['recreate'] });

    const plan = await draft(await deployment('payments', number));

    expect(plan.findings).toMatchObject([
      { code: 'capability-missing', subject: 'an agent that knows the strategy rolling', site: 'paris' },
    ]);
    const given = { ...(await deployment('payments', number)), rollout: { strategy: 'recreate' } };
    const otherwise = await draft(given);
    expect(otherwise.findings).toEqual([]);
    // How it takes over is part of what is approved, whatever order the database keeps it in.
    const again = await draft(given);
    expect(again.content).toBe(otherwise.content);
    expect(otherwise.content).not.toBe(plan.content);
    await can('paris', null);
    expect((await send(`POST /plans/${again.number}/start`, { body: {} })).body.content).toBe(again.content);
  });

  it('is a database of its own, where a connection leads nowhere else', async () => {
    await build('ledger');
    const builder = scriptedBuilder(tests);
    const head = newHead();
    await send('POST /applications/ledger/push-events', { body: { commit: head } });
    const job = await builder.claim();
    await builder.complete(job, await builtResult(tests, { name: 'ledger', commits: [commitOf(head)] }));
    await can('berlin', { connections: [] });
    const operation = { kind: 'deploy', application: 'ledger', source: { kind: 'build', build: job.work.build } };

    expect((await draft(operation)).findings).toMatchObject([
      { code: 'capability-missing', subject: "a postgres database of the site's own", site: 'berlin' },
    ]);
    const bound = await draft({ ...operation, settings: { DATABASE_URL: 'postgres://u:p@db.example/ledger' } });
    expect(bound.findings).toEqual([]);
    await can('berlin', null);
  });

  it('is a name that another application still has on a site, unless the plan takes that one out', async () => {
    const shop = await build('shop');
    await install('shop', shop);
    await session.query(
      `insert into site_applications (site_id, application_id, operation, phase, name)
       select s.id, a.id, 'one', 'healthy', 'shop' from sites s, applications a where s.name = 'berlin' and a.name = 'shop'`,
    );
    const { body } = await send('GET /applications/shop');
    await send('PATCH /applications/shop', {
      body: { name: 'old-shop', manifestPath: 'old.yaml' },
      headers: { 'if-match': `"${body.revision}"` },
    });
    const number = await build('shop');

    const plan = await draft(await deployment('shop', number));

    expect(plan.findings).toMatchObject([
      {
        code: 'name-taken',
        severity: 'error',
        detail: 'old-shop came to quality under the name shop, and still has it and its addresses there',
        producer: { application: { name: 'old-shop' } },
        remedy: { kind: 'remove', application: { name: 'old-shop' } },
        fix: 'take old-shop out with the same plan',
      },
    ]);
    expect(await preview(await deployment('shop', number))).toEqual(plan.findings);
    const both = await draft(await deployment('shop', number), { kind: 'remove', application: 'old-shop' });
    expect(both.findings).toEqual([]);
  });

  it('is a migration that is crossed, forward or back, and that nobody said can be undone', async () => {
    const key = (digit: string) => ({ migration: `sha256:${digit.repeat(64)}` });
    const migrate = (reversible: boolean) => ({ migrate: { run: 'npm run migrate', files: ['m'], reversible } });
    const first = await build('stock', migrate(false), key('1'));
    const same = await build('stock', migrate(false), key('1'));
    const undone = await build('stock', migrate(true), key('2'));
    const last = await build('stock', migrate(false), key('3'));
    const found = async (from: number, to: number) => {
      await install('stock', from);
      const { findings } = await draft(await deployment('stock', to));
      return findings
        .filter(({ code }: Json) => code !== 'downgrade')
        .map(({ code, severity, subject }: Json) => ({ code, severity, subject }));
    };
    const { rows } = await session.query('select label from builds where number = $1 and manifest is not null', [last]);
    const crossed = [{ code: 'migration-irreversible', severity: 'warning', subject: `web of ${rows.at(-1).label}` }];

    expect(await found(first, same)).toEqual([]);
    expect(await found(first, undone)).toEqual([]);
    expect(await found(undone, first)).toEqual([]);
    expect(await found(first, last)).toEqual(crossed);
    expect(await found(last, first)).toEqual(crossed);
  });

  it('is each change of a module whose manifest does not say what its migration consists of', async () => {
    const first = await build('bills', { migrate: 'npm run migrate' });
    const second = await build('bills', { migrate: 'npm run migrate' });
    await install('bills', first);

    const plan = await draft(await deployment('bills', second));

    expect(plan.findings).toMatchObject([
      {
        code: 'migration-irreversible',
        detail: expect.stringMatching(/^bills crosses the migration web of .*, which its manifest does not say can be/),
        fix: expect.stringContaining('reversible: true'),
      },
    ]);
    const start = (confirm: readonly string[]) => send(`POST /plans/${plan.number}/start`, { body: { confirm } });
    expect((await start([])).body.code).toBe('confirmation-needed');
    expect((await start(['migration-irreversible'])).status).toBe(200);
  });
});
