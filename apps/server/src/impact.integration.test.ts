import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, type ServerForTests, startServerForTests } from './server-for-tests.ts';

type Elements = Readonly<Record<string, string>>;

let tests: ServerForTests;
let database: pg.Client;

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const builds = new Map<string, string>();
const buildOf = (label: string) => builds.get(label) ?? '';

/** Writes a build such as `catalog@2` with what was recorded of it; null stands for a build of which nothing was. */
async function addBuild(
  label: `${string}@${number}`,
  recorded: {
    readonly provides?: Readonly<Record<string, Elements>>;
    readonly consumes?: Readonly<Record<string, Elements>>;
  } | null,
  named: {
    readonly provides?: readonly string[];
    readonly consumes?: Readonly<Record<string, readonly string[]>>;
  } = {},
): Promise<void> {
  const [name = '', number] = label.split('@');
  const [id, job] = [randomUUID(), randomUUID()];
  builds.set(label, id);
  await database.query(
    `insert into applications (id, name, display_name, repository, branch, manifest_path, created_at)
     values ($1, $2, $2, '/srv/' || $2, 'main', 'almanac.yaml', now()) on conflict (name) do nothing`,
    [randomUUID(), name],
  );
  await database.query(
    `insert into jobs (id, kind, work, state, created_at, ended_at) values ($1, 'build', '{}', 'ended', now(), now())`,
    [job],
  );
  const manifest = manifestOf(name);
  const web = {
    ...manifest.modules.web,
    provides: Object.fromEntries((named.provides ?? []).map((each) => [each, 'openapi.yaml'])),
    consumes: named.consumes ?? {},
  };
  await database.query(
    `insert into builds (id, application_id, number, job_id, state, branch, label, commit, manifest, requested_by, created_at)
     select $1, id, $2, $3, 'succeeded', 'main', $4, $5, $6, 'test', now() from applications where name = $7`,
    [
      id,
      number,
      job,
      `0.${number}.0`,
      hash(label).slice(0, 40),
      JSON.stringify({ ...manifest, connections: {}, modules: { web } }),
      name,
    ],
  );
  for (const [contract, elements] of Object.entries(recorded?.provides ?? {})) {
    const list = Object.entries(elements).map(([key, content]) => ({ key, label: key, fingerprint: hash(content) }));
    const fingerprint = hash(JSON.stringify([contract, list]));
    await database.query(
      `insert into contract_documents (fingerprint, kind, elements) values ($1, 'openapi', $2) on conflict do nothing`,
      [fingerprint, JSON.stringify(list)],
    );
    await database.query(`insert into build_contracts values ($1, 'web', $2, $3)`, [id, contract, fingerprint]);
  }
  for (const [contract, elements] of Object.entries(recorded?.consumes ?? {}))
    for (const [element, builtAgainst] of Object.entries(elements))
      await database.query(`insert into build_references values ($1, 'web', $2, $3, $4)`, [
        id,
        contract,
        element,
        hash(builtAgainst),
      ]);
}

/** What an environment runs of an application from now on, with the event that says so. */
async function install(environment: string, label: string | null, application = label?.split('@')[0]): Promise<void> {
  await database.query('begin');
  await database.query(
    `delete from targets using applications a, environments e
     where a.id = application_id and e.id = environment_id and a.name = $1 and e.name = $2`,
    [application, environment],
  );
  if (label !== null)
    await database.query(
      `insert into targets select e.id, b.application_id, b.id, gen_random_uuid()::text, '{}', '', gen_random_uuid(), now()
       from environments e, builds b where e.name = $1 and b.id = $2`,
      [environment, buildOf(label)],
    );
  await database.query(
    `insert into outbox (id, kind, subject) select gen_random_uuid(), 'target-changed',
       jsonb_build_object('environment', e.id, 'application', a.id) from environments e, applications a
     where e.name = $1 and a.name = $2`,
    [environment, application],
  );
  await database.query('commit');
}

async function setVerdict(provided: string, builtAgainst: string, compatible: boolean): Promise<void> {
  await database.query(`insert into element_verdicts values ($1, $2, $3, '[]')`, [
    hash(provided),
    hash(builtAgainst),
    compatible,
  ]);
}

const deploy = (label: string) => ({
  kind: 'deploy',
  application: label.split('@')[0],
  source: { kind: 'build', build: buildOf(label) },
});
const ask = (environment: string, operations: readonly unknown[], more: object = {}) =>
  tests.send(`POST /environments/${environment}/impact`, { body: { operations, ...more } });
const complete = (environment: string, operations: readonly unknown[], more: object = {}) =>
  tests.send(`POST /environments/${environment}/impact/completion`, { body: { operations, ...more } });

/** What is found about references; these environments have no sites, which is found, too. */
const references = (findings: readonly { readonly code: string }[]) =>
  findings.filter((each) => each.code !== 'no-site');

beforeAll(async () => {
  tests = await startServerForTests();
  database = await tests.connect();
  for (const [name, promotesFrom] of [
    ['quality', null],
    ['production', 'quality'],
  ] as const)
    await tests.send('POST /environments', {
      body: { name, displayName: name, type: 'test', ...(promotesFrom === null ? {} : { promotesFrom }) },
    });
  await addBuild('catalog@1', { provides: { catalog: { 'GET /products': 'p1', 'GET /prices': 'r1' } } });
  await addBuild('catalog@2', { provides: { catalog: { 'GET /products': 'p2', 'GET /prices': 'r1' } } });
  await addBuild('storefront@1', { consumes: { catalog: { 'GET /products': 'p1', 'GET /prices': 'r1' } } });
  await addBuild('storefront@2', { consumes: { catalog: { 'GET /products': 'p2' } } });
  await setVerdict('p2', 'p1', false);
  await setVerdict('p1', 'p2', false);
  for (const label of ['catalog@2', 'storefront@2']) await install('quality', label);
  for (const label of ['catalog@1', 'storefront@1']) await install('production', label);
});

afterAll(() => tests.stop());

describe('the impact of operations', () => {
  it('names the element, the consumer and the producer, the way that leads there, and what would mend it', async () => {
    const { status, body } = await ask('production', [deploy('catalog@2')]);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      changes: [{ kind: 'deploy', application: { name: 'catalog' }, build: { label: '0.2.0' } }],
      errors: 2,
      warnings: 0,
      next: null,
    });
    expect(references(body.findings)).toMatchObject([
      {
        code: 'element-incompatible',
        severity: 'error',
        application: 'storefront',
        consumer: { application: { name: 'storefront' }, build: { label: '0.1.0' }, module: 'web' },
        producer: { application: { name: 'catalog' }, build: { label: '0.2.0' } },
        contract: 'catalog',
        elements: ['GET /products'],
        detail: expect.stringContaining('GET /products of catalog'),
        fix: 'add storefront 0.2.0 to the plan',
        chain: [
          { link: 'change', change: { kind: 'deploy', application: { name: 'catalog' } } },
          { link: 'contract', contract: 'catalog', elements: ['GET /products'] },
          { link: 'consumer', application: { name: 'storefront' }, module: 'web' },
        ],
        remedy: { kind: 'deploy', application: { name: 'storefront' }, build: { label: '0.2.0' } },
      },
    ]);
    expect(body.neighbours).toHaveLength(1);
  });

  it('is what a plan with the same operations finds', async () => {
    const { body: asked } = await ask('production', [deploy('catalog@2')]);

    const { body: plan } = await tests.send('POST /plans', {
      body: { environment: 'production', operations: [deploy('catalog@2')] },
    });

    expect(plan.findings).toEqual(asked.findings);
    expect((await tests.send(`POST /plans/${plan.number}/start`, { body: {} })).body.code).toBe('plan-has-errors');
  });

  it('comes a page at a time', async () => {
    const first = await ask('production', [deploy('catalog@2')], { limit: 1 });
    const second = await ask('production', [deploy('catalog@2')], { limit: 1, cursor: first.body.next });

    expect([...first.body.findings, ...second.body.findings].map((each) => each.code)).toEqual([
      'element-incompatible',
      'no-site',
    ]);
    expect(second.body.next).toBeNull();
  });

  it('is asked of what the environment runs at that moment, whoever changed it', async () => {
    await install('production', 'storefront@2');
    const meanwhile = await ask('production', [deploy('catalog@2')]);
    await install('production', null, 'storefront');
    const without = await ask('production', [deploy('catalog@2')]);
    await install('production', 'storefront@1');

    expect(references(meanwhile.body.findings)).toEqual([]);
    expect(without.body.neighbours).toEqual([]);
    expect(references((await ask('production', [deploy('catalog@2')])).body.findings)).toHaveLength(1);
  });

  it('tells consumers that remain, and needs no word about those that go with it', async () => {
    const alone = await ask('production', [{ kind: 'remove', application: 'catalog' }]);
    const both = await ask('production', [
      { kind: 'remove', application: 'catalog' },
      { kind: 'remove', application: 'storefront' },
    ]);

    expect(alone.body.findings).toMatchObject([
      {
        code: 'consumer-remains',
        application: 'catalog',
        remedy: { kind: 'remove', application: { name: 'storefront' } },
      },
    ]);
    expect(both.body.findings).toEqual([]);
  });

  it('knows builds of which nothing was recorded by their manifests', async () => {
    await addBuild('legacy@1', null, { consumes: { catalog: ['GET /products'], ledger: [] } });
    await addBuild('books@1', null, { provides: ['ledger'] });

    const missing = await ask('production', [deploy('legacy@1')]);
    const present = await ask('production', [deploy('legacy@1'), deploy('books@1')]);

    expect(references(missing.body.findings)).toMatchObject([
      { code: 'contract-missing', contract: 'ledger', elements: [] },
    ]);
    expect(references(present.body.findings)).toEqual([]);
    const { body: plan } = await tests.send('POST /plans', {
      body: { environment: 'production', operations: [deploy('legacy@1')] },
    });
    expect(plan.findings).toEqual(missing.body.findings);
  });

  it.each([
    ['an environment that is not there', 'nowhere', [{ kind: 'remove', application: 'catalog' }], 404, 'not-found'],
    ['an application that is not there', 'quality', [{ kind: 'remove', application: 'nobody' }], 404, 'not-found'],
    [
      'a version that is not there',
      'quality',
      [{ kind: 'deploy', application: 'catalog', source: { kind: 'version', number: '9.9.9' } }],
      404,
      'not-found',
    ],
    [
      'the same application twice',
      'quality',
      [
        { kind: 'remove', application: 'catalog' },
        { kind: 'configure', application: 'catalog' },
      ],
      422,
      'invalid-request',
    ],
    ['nothing at all', 'quality', [], 422, 'invalid-request'],
  ])('is refused for %s', async (_what, environment, operations, status, code) => {
    expect(await ask(environment, operations)).toMatchObject({ status, body: { code } });
  });
});

describe('the completion of a plan', () => {
  it('adds what the environment before runs, and no more than is needed', async () => {
    const { status, body } = await complete('production', [deploy('catalog@2')]);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: 'complete',
      proven: true,
      operations: [{ kind: 'deploy', application: { name: 'storefront' }, build: { label: '0.2.0' } }],
      because: [],
    });
    expect(references(body.remaining)).toEqual([]);
  });

  it('says why there is none', async () => {
    await install('quality', 'storefront@1');
    const { body } = await complete('production', [deploy('catalog@2')], { source: 'quality' });
    await install('quality', 'storefront@2');

    expect(body).toMatchObject({
      outcome: 'impossible',
      proven: true,
      operations: [],
      because: [{ code: 'element-incompatible', consumer: { application: { name: 'storefront' } } }],
    });
  });

  it('adds a later build that passed its tests where none that runs before fits, and none that failed or is barred', async () => {
    await install('quality', 'storefront@1');
    const tested = (failed: number) =>
      database.query('update builds set evidence = $2 where id = $1', [
        buildOf('storefront@2'),
        JSON.stringify([{ module: 'web', kind: 'tests', passed: 9, failed, skipped: 0, durationMs: 1, failures: [] }]),
      ]);
    const asked = async () => (await complete('production', [deploy('catalog@2')])).body;

    await tested(1);
    const failing = await asked();
    await tested(0);
    const passing = await asked();
    const quarantine = await tests.send('POST /quarantines', {
      body: { application: 'storefront', build: '2', reason: 'found bad' },
    });
    const barred = await asked();
    await tests.send(`POST /quarantines/${quarantine.body.id}/lift`, { body: { reason: 'was none' } });
    await install('quality', 'storefront@2');

    expect([failing.outcome, barred.outcome]).toEqual(['impossible', 'impossible']);
    expect(passing).toMatchObject({
      outcome: 'complete',
      proven: true,
      operations: [{ kind: 'deploy', application: { name: 'storefront' }, build: { label: '0.2.0' } }],
    });
    expect(references(passing.remaining)).toEqual([]);
  });

  it('takes applications out only where that is asked for', async () => {
    const remove = [{ kind: 'remove', application: 'catalog' }];

    expect((await complete('production', remove)).body.outcome).toBe('impossible');
    expect((await complete('production', remove, { removals: true })).body).toMatchObject({
      outcome: 'complete',
      operations: [{ kind: 'remove', application: { name: 'storefront' } }],
    });
  });

  it('wants to know where builds may come from when there is no environment before', async () => {
    expect(await complete('quality', [deploy('catalog@1')])).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('say where builds may come from') },
    });
  });
});

describe('the index of references', () => {
  it('is measured, and was loaded once', async () => {
    const { body } = await tests.server.http
      .inject({ url: '/metrics', headers: { host: '127.0.0.1' } })
      .then((answer) => ({ body: answer.body }));

    expect(body).toMatch(/^almanac_impact_index_loads 1$/m);
    expect(body).toMatch(/^almanac_impact_index_changes_applied [1-9]\d*$/m);
  });
});
