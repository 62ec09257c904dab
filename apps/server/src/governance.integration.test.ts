import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { obedientSite } from './obedient-site-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

const hash = (digit: string) => digit.repeat(40);

describe('governance', () => {
  let tests: ServerForTests;
  let session: pg.Client;
  let site: ReturnType<typeof obedientSite>;
  const people: Record<'deployer' | 'approver' | 'viewer', string> = { deployer: '', approver: '', viewer: '' };

  const send: ServerForTests['send'] = (request, options) => tests.send(request, options);
  const policy = (environment: string, given: object) =>
    send('PUT /policies', { body: { scope: { kind: 'environment', environment }, policy: given } });
  const deploy = (environment: string, version = '0.1.0', more: object = {}) =>
    send('POST /plans', {
      as: people.deployer,
      body: {
        environment,
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'version', number: version } }],
        ...more,
      },
    });
  const start = (plan: number, body: object = {}) => send(`POST /plans/${plan}/start`, { as: people.deployer, body });
  const show = async (plan: number) => (await send(`GET /plans/${plan}`)).body;
  const becomes = async (plan: number, state: string, meanwhile: () => Promise<void> = async () => undefined) => {
    for (let looks = 0; looks < 100; looks += 1) {
      const found = await show(plan);
      if (found.state === state) return found;
      await meanwhile();
      await pause(50);
    }
    throw new Error(`plan ${plan} did not become ${state}: it is ${JSON.stringify(await show(plan))}`);
  };
  const cancel = (plan: number) => send(`POST /plans/${plan}/cancel`, { body: {} });

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    site = obedientSite(session);
    const builder = scriptedBuilder(tests);
    for (const [name, type] of [
      ['quality', 'test'],
      ['production', 'production'],
    ] as const) {
      await send('POST /environments', {
        body: { name, displayName: name, type, ...(name === 'production' ? { promotesFrom: 'quality' } : {}) },
      });
      await send('POST /sites', { body: { name: `${name}-one`, environment: name } });
    }
    await addApplication(tests, { name: 'orders', head: hash('a') });
    for (const [digit, parents] of [
      ['a', []],
      ['b', [hash('a')]],
    ] as const) {
      if (digit === 'b') await send('POST /applications/orders/push-events', { body: { commit: hash('b') } });
      const job = await builder.claim();
      const result = await builtResult(tests, { name: 'orders', commits: [commitOf(hash(digit), parents)] });
      await builder.complete(job, result);
      await send('POST /applications/orders/versions', {
        body: { build: job.work.build, number: digit === 'a' ? '0.1.0' : '0.1.1' },
      });
    }
    await send('POST /teams', { body: { name: 'release' } });
    for (const role of ['deployer', 'approver', 'viewer'] as const) {
      const made = await send('POST /principals', {
        body: { name: `the-${role}`, role, teams: [{ team: 'release', role }] },
      });
      people[role] = made.body.secret;
    }
  });
  afterAll(() => tests.stop());

  it('gives roles what they may do, and no more', async () => {
    expect((await send('GET /me', { as: people.approver })).body).toMatchObject({
      role: 'approver',
      teams: [{ name: 'release', role: 'approver' }],
    });
    expect((await send('GET /plans', { as: people.viewer })).status).toBe(200);
    const operations = [{ kind: 'deploy', application: 'orders', source: { kind: 'latest' } }];
    const composed = { environment: 'quality', operations };
    expect((await send('POST /plans', { as: people.viewer, body: composed })).status).toBe(403);
    expect((await send('POST /principals', { as: people.deployer, body: {} })).status).toBe(403);
    const { body: plan } = await send('POST /plans', { as: people.deployer, body: composed });
    const approval = { content: plan.content, comment: '' };
    expect((await send(`POST /plans/${plan.number}/approve`, { as: people.deployer, body: approval })).status).toBe(
      403,
    );
    expect((await send(`POST /plans/${plan.number}/cancel`, { as: people.deployer, body: {} })).status).toBe(200);
    expect((await send('POST /principals/launcher/deactivate', { body: {} })).body.code).toBe('not-permitted');
  });

  it('asks for nothing without a policy: a plan begins at once', async () => {
    const plan = await deploy('quality', '0.1.0', { start: true });

    expect(plan).toMatchObject({ status: 201, body: { authors: ['the-deployer'] } });
    expect(['queued', 'staging']).toContain(plan.body.state);
    expect((await send(`GET /plans/${plan.body.number}/standing`)).body).toMatchObject({ obstacles: [] });
    await becomes(plan.body.number, 'deploying', site.stage);
    await becomes(plan.body.number, 'succeeded', site.run);
  });

  it('refuses what does not exist, and changes nothing', async () => {
    const before = (await send('GET /plans')).body.items.length;

    expect(await deploy('quality', '9.9.9')).toMatchObject({
      status: 404,
      body: { detail: 'orders has no version 9.9.9' },
    });
    expect((await deploy('nowhere')).status).toBe(404);
    expect((await send('GET /plans')).body.items.length).toBe(before);
  });

  it('lets a plan wait for approval by somebody else, of what it contains now', async () => {
    await policy('production', { approvals: [{ name: 'release', by: { kind: 'role', role: 'approver' } }] });
    const { body: plan } = await deploy('production', '0.1.0', { start: true });
    expect(plan).toMatchObject({
      state: 'awaiting-approval',
      reason: 'release: 1 of 1 approvals are missing',
    });
    const approve = (as: string, content: string) =>
      send(`POST /plans/${plan.number}/approve`, { as, body: { content, comment: 'looks good' } });

    expect(await approve(tests.administrator, plan.content)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('role approver') },
    });
    const edited = await send(`PATCH /plans/${plan.number}`, {
      as: people.deployer,
      body: {
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'version', number: '0.1.1' } }],
      },
    });
    expect(edited.body).toMatchObject({ state: 'draft', authors: ['the-deployer'] });
    expect(edited.body.content).not.toBe(plan.content);
    expect(await approve(people.approver, plan.content)).toMatchObject({
      status: 409,
      body: { code: 'content-moved' },
    });
    const approved = await approve(people.approver, edited.body.content);
    expect(approved.body.approvals).toMatchObject([{ by: 'the-approver', valid: true, comment: 'looks good' }]);
    expect((await approve(people.approver, edited.body.content)).body.approvals.length).toBe(1);

    const again = await send(`PATCH /plans/${plan.number}`, { as: people.deployer, body: { failurePolicy: 'return' } });
    expect(again.body.approvals).toMatchObject([{ valid: false }]);
    expect((await start(plan.number)).body.state).toBe('awaiting-approval');
    await approve(people.approver, again.body.content);
    await becomes(plan.number, 'deploying', site.stage);
    await becomes(plan.number, 'succeeded', site.run);
    const report = await send(`GET /plans/${plan.number}/report`);
    expect(report.body.log.map((each: { message: string }) => each.message)).toContainEqual(
      expect.stringMatching(/approved \("looks good"\) by the-approver/),
    );
    const page = await send(`GET /plans/${plan.number}/report.html`);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('the-approver');
  });

  it('refuses self-approval, takes a rejection back to a draft, and an approval away', async () => {
    await policy('quality', { approvals: [{ name: 'four eyes' }] });
    const { body: own } = await send('POST /plans', {
      body: {
        environment: 'quality',
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'version', number: '0.1.1' } }],
        start: true,
      },
    });

    expect(await send(`POST /plans/${own.number}/approve`, { body: { content: own.content } })).toMatchObject({
      status: 403,
      body: { code: 'self-approval' },
    });
    await send(`POST /plans/${own.number}/schedule`, { body: { startAt: '2999-01-01T00:00:00Z' } });
    await send(`POST /plans/${own.number}/approve`, { as: people.approver, body: { content: own.content } });
    await becomes(own.number, 'scheduled');
    await send(`POST /plans/${own.number}/withdraw`, { as: people.approver, body: {} });
    await becomes(own.number, 'awaiting-approval');
    const rejected = await send(`POST /plans/${own.number}/reject`, {
      as: people.approver,
      body: { comment: 'not on a Friday' },
    });
    expect(rejected.body).toMatchObject({ state: 'draft', reason: 'rejected by the-approver: not on a Friday' });
    await cancel(own.number);
    await policy('quality', {});
  });

  it('counts an approval as long as whoever gave it may give it, in the role in which they did', async () => {
    await policy('quality', { approvals: [{ name: 'release', by: { kind: 'role', role: 'approver' } }] });
    const { body: plan } = await deploy('quality', '0.1.1', { start: true });
    await send(`POST /plans/${plan.number}/schedule`, { body: { startAt: '2999-01-01T00:00:00Z' } });
    const approval = { as: people.approver, body: { content: plan.content } };
    await send(`POST /plans/${plan.number}/approve`, approval);
    const missing = async (role: string) => {
      await send('PATCH /principals/the-approver', { body: { role } });
      const { body: standing } = await send(`GET /plans/${plan.number}/standing`);
      return standing.obstacles.some((each: { code: string }) => each.code === 'approval-missing');
    };
    const valid = async () => (await show(plan.number)).approvals.map((each: { valid: boolean }) => each.valid);

    expect(await missing('approver')).toBe(false);
    expect(await missing('viewer')).toBe(true);
    expect(await valid()).toEqual([false]);
    expect(await missing('owner')).toBe(true);
    expect(await missing('approver')).toBe(false);
    expect(await valid()).toEqual([true]);
    await session.query(`update principals set active = false where name = 'the-approver'`);
    expect(await missing('approver')).toBe(true);
    await session.query(`update principals set active = true where name = 'the-approver'`);
    await cancel(plan.number);
    await policy('quality', {});
  });

  it('starts nothing during a freeze, except with an exception that has a reason', async () => {
    const frozen = await send('POST /freezes', {
      body: { name: 'year-end', scope: { kind: 'path', environment: 'quality' }, reason: 'the books are closed' },
    });
    expect(frozen).toMatchObject({ status: 201, body: { holds: true, until: null } });
    const before = (await send('GET /plans')).body.items.length;
    expect(await deploy('quality', '0.1.1', { start: true })).toMatchObject({
      status: 409,
      body: { code: 'frozen', detail: expect.stringContaining('the books are closed') },
    });
    expect((await send('GET /plans')).body.items.length).toBe(before);
    const { body: plan } = await deploy('quality', '0.1.1');
    expect(await start(plan.number)).toMatchObject({ status: 409, body: { code: 'frozen' } });
    expect((await show(plan.number)).state).toBe('draft');
    expect((await start(plan.number, { waitForThaw: true })).body.state).toBe('scheduled');
    const exemption = { subject: { kind: 'calendar' }, reason: 'the fix of the books' };
    expect((await send(`POST /plans/${plan.number}/exemptions`, { as: people.deployer, body: exemption })).status).toBe(
      403,
    );

    const excepted = await send(`POST /plans/${plan.number}/exemptions`, { body: exemption });

    expect(excepted.body.exemptions).toMatchObject([{ by: 'launcher', reason: 'the fix of the books', valid: true }]);
    await becomes(plan.number, 'staging');
    await send(`POST /plans/${plan.number}/abort`, { body: {} });
    const lifted = await send('POST /freezes/year-end/lift', { body: { reason: 'all is booked' } });
    expect(lifted.body).toMatchObject({ holds: false, liftedBy: 'launcher' });
    expect((await send('GET /freezes?environment=production')).body.items).toEqual([]);
    await becomes(plan.number, 'aborted', site.run);
  });

  it('waits for a change window, and says when it opens', async () => {
    const nextYear = new Date().getFullYear() + 1;
    await policy('quality', {
      windows: [{ start: `${nextYear}-01-05T22:00`, zone: 'Europe/Berlin', duration: 'PT4H', rule: 'FREQ=DAILY' }],
    });

    const { body: plan } = await deploy('quality', '0.1.1', { start: true });

    expect(plan).toMatchObject({ state: 'scheduled', reason: expect.stringContaining(`${nextYear}-01-05T21:00:00Z`) });
    const { body: why } = await send(`GET /plans/${plan.number}/standing`);
    expect(why).toMatchObject({
      earliest: `${nextYear}-01-05T21:00:00.000Z`,
      obstacles: [{ code: 'outside-window', owner: 'nobody: it opens by itself' }],
    });
    await cancel(plan.number);
    await policy('quality', {});
    expect(await policy('quality', { windows: [{ start: 'soon', zone: 'Mars', duration: 'PT4H' }] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/policy/windows/0/start', detail: expect.stringContaining('wall-clock') }] },
    });
  });

  it('lets a plan do what policy says when something fails, unless the plan says otherwise', async () => {
    expect((await deploy('quality')).body.failurePolicy).toBe('stop');
    await policy('quality', { failurePolicy: 'return' });

    const usual = await deploy('quality');
    const own = await deploy('quality', '0.1.0', { failurePolicy: 'continue' });

    expect([usual.body.failurePolicy, own.body.failurePolicy]).toEqual(['return', 'continue']);
    for (const plan of [usual, own]) await cancel(plan.body.number);
    await policy('quality', {});
  });

  it('deploys nothing that is in quarantine, anywhere, until it is lifted', async () => {
    const held = await send('POST /quarantines', {
      as: people.deployer,
      body: { application: 'orders', build: '0.1.1', reason: 'it loses orders' },
    });
    expect(held).toMatchObject({ status: 201, body: { build: { version: '0.1.1' }, createdBy: 'the-deployer' } });

    expect(await deploy('quality', '0.1.1', { start: true })).toMatchObject({
      status: 409,
      body: { code: 'quarantined', detail: expect.stringContaining('it loses orders') },
    });
    const lift = '/quarantines/orders@0.1.1/lift' as const;
    expect((await send(`POST ${lift}`, { as: people.deployer, body: { reason: 'it was me' } })).status).toBe(403);
    expect((await send(`POST ${lift}`, { body: { reason: 'it was the network' } })).body.liftedBy).toBe('launcher');
    const { body: plan } = await deploy('quality', '0.1.1', { start: true });
    expect(['queued', 'staging']).toContain(plan.state);
    await becomes(plan.number, 'deploying', site.stage);
    await becomes(plan.number, 'succeeded', site.run);
  });

  it('asks whoever goes back to an earlier build to say so', async () => {
    expect(await deploy('quality', '0.1.0', { start: true })).toMatchObject({
      status: 409,
      body: { code: 'confirmation-needed' },
    });
    const { body: plan } = await deploy('quality', '0.1.0', { start: true, confirm: ['downgrade'] });
    expect(plan.confirmed).toEqual(['downgrade']);
    await becomes(plan.number, 'deploying', site.stage);
    await becomes(plan.number, 'succeeded', site.run);
  });

  it('explains everything between a version and an environment', async () => {
    await policy('production', { tests: true, soak: 60, minimumAge: 100_000, approvals: [{ name: 'release' }] });

    const { body } = await send('GET /environments/production/standing?application=orders&version=0.1.1');

    expect(body).toMatchObject({ application: { name: 'orders' }, build: { version: '0.1.1' }, earliest: null });
    expect(body.obstacles.map((each: { code: string }) => each.code).toSorted()).toEqual([
      'approval-missing',
      'not-soaked',
      'tests-missing',
      'too-young',
    ]);
    expect(
      body.obstacles.every((each: { owner: string; action: string }) => each.owner !== '' && each.action !== ''),
    ).toBe(true);
    await policy('production', {});
  });

  it('counts tests that ran on the same artifact when it was built', async () => {
    const builder = scriptedBuilder(tests);
    await addApplication(tests, { name: 'tested', head: hash('e') });
    const first = await builder.claim();
    const result = await builtResult(tests, { name: 'tested', commits: [commitOf(hash('e'))] });
    const evidence = { module: 'web', kind: 'tests', passed: 3, failed: 0, skipped: 0, durationMs: 1, failures: [] };
    await builder.complete(first, { ...result, evidence: [evidence] });
    await send('POST /applications/tested/push-events', { body: { commit: hash('f') } });
    const second = await builder.claim();
    await builder.complete(second, {
      ...result,
      commit: hash('f'),
      commits: [commitOf(hash('f'), [hash('e')])],
      modules: result.modules.map((each) => ({ ...each, reused: true })),
    });
    await policy('quality', { tests: true });

    const { body } = await send('GET /environments/quality/standing?application=tested&version=2');

    expect(body).toMatchObject({ build: { commit: hash('f') }, obstacles: [] });
    await policy('quality', {});
  });

  it('stops a two-step plan once it is staged, and switches once when two people continue it', async () => {
    await policy('quality', { twoStep: true });
    const { body: plan } = await deploy('quality', '0.1.1', { start: true });
    const staged = await becomes(plan.number, 'staged', site.stage);
    expect(staged).toMatchObject({ waitsForContinue: true, stagedUntil: expect.any(String) });

    const both = await Promise.all(
      [people.deployer, tests.administrator].map((as) => send(`POST /plans/${plan.number}/continue`, { as, body: {} })),
    );

    expect(both.map((each) => each.status)).toEqual([200, 200]);
    await becomes(plan.number, 'succeeded', site.run);
    await policy('quality', {});
  });

  it('starts a plan once when two people start it', async () => {
    const { body: plan } = await deploy('production', '0.1.1');
    const both = await Promise.all([start(plan.number), start(plan.number)]);

    expect(both.map((each) => each.status)).toEqual([200, 200]);
    await becomes(plan.number, 'staging');
    await send(`POST /plans/${plan.number}/abort`, { body: {} });
    await becomes(plan.number, 'aborted', site.run);
  });

  it('takes out what no site has, and the environment does not contain it afterwards', async () => {
    await send('POST /environments', { body: { name: 'empty', displayName: 'empty', type: 'test' } });
    await session.query(
      `insert into targets select e.id, b.application_id, b.id, 'earlier', '{}', '', gen_random_uuid(), now()
       from environments e, builds b join applications a on a.id = b.application_id
       where e.name = 'empty' and a.name = 'orders' and b.number = 1`,
    );
    const removal = await send('POST /plans', {
      body: { environment: 'empty', operations: [{ kind: 'remove', application: 'orders' }], start: true },
    });

    const ended = await becomes(removal.body.number, 'succeeded');

    expect(ended).toMatchObject({ startedAt: expect.any(String), operations: [{ state: 'succeeded' }] });
    const { rows } = await session.query(
      `select t.application_id from targets t join environments e on e.id = t.environment_id where e.name = 'empty'`,
    );
    expect(rows).toEqual([]);
  });

  it('brings values of settings with a plan, and stores them when it begins', async () => {
    const operations = [
      { kind: 'configure', application: 'orders', settings: { DATABASE_URL: 'postgres://u:sesame@db.example/orders' } },
    ];
    const unknown = await send('POST /plans', {
      body: { environment: 'quality', operations: [{ ...operations[0], settings: { NOTHING: '1' } }] },
    });
    expect(unknown).toMatchObject({ status: 422, body: { detail: expect.stringContaining('NOTHING') } });
    const { body: plan } = await send('POST /plans', { body: { environment: 'quality', operations } });
    const valuesOf = async () =>
      (await send('GET /applications/orders/settings')).body.settings.find(
        (each: { key: string }) => each.key === 'DATABASE_URL',
      ).values;
    expect(await valuesOf()).toEqual([]);
    const { rows } = await session.query('select string_agg(p::text, $1) as everything from plans p', ['']);
    expect(rows[0].everything).not.toContain('sesame');

    await start(plan.number);
    await becomes(plan.number, 'deploying', site.stage);
    await becomes(plan.number, 'succeeded', site.run);

    expect(await valuesOf()).toMatchObject([{ environment: { name: 'quality' }, level: 'environment' }]);
  });

  it('composes everything that differs, tags on the way, and makes new plans of a plan', async () => {
    const builder = scriptedBuilder(tests);
    await send('POST /applications/orders/push-events', { body: { commit: hash('c') } });
    const job = await builder.claim();
    await builder.complete(
      job,
      await builtResult(tests, { name: 'orders', commits: [commitOf(hash('c'), [hash('b')], 'feat: more')] }),
    );
    const tagging = { kind: 'deploy', application: 'orders', source: { kind: 'tag', number: '1.0.0' } };
    const { body: plan } = await send('POST /plans', { body: { environment: 'quality', operations: [tagging] } });
    expect(plan.operations[0].after.version).toBeNull();
    const started = await start(plan.number);
    expect(started.body.operations[0].after).toMatchObject({ version: '1.0.0', label: '1.0.0' });
    await becomes(plan.number, 'deploying', site.stage);
    await becomes(plan.number, 'succeeded', site.run);

    const { body: differing } = await send('POST /plans', {
      body: { environment: 'production', differences: { from: 'quality', names: 'ord*' } },
    });
    expect(differing).toMatchObject({ state: 'draft', operations: [{ application: { name: 'orders' } }] });
    const none = await send('POST /plans', {
      body: { environment: 'production', differences: { from: 'quality', names: 'x*' } },
    });
    expect(none.body).toMatchObject({ code: 'nothing-to-do', detail: 'nothing differs from quality' });
    const left = await send('POST /plans', {
      body: {
        environment: 'production',
        differences: { from: 'quality' },
        operations: [{ kind: 'leave', application: 'orders' }],
      },
    });
    expect(left.body.code).toBe('nothing-to-do');

    const { body: retried } = await send(`POST /plans/${differing.number}/retry`, { body: {} });
    const { body: reused } = await send(`POST /plans/${differing.number}/reuse`, { body: { environment: 'quality' } });
    expect(retried).toMatchObject({ state: 'draft', content: differing.content });
    expect(reused).toMatchObject({ state: 'draft', environment: { name: 'quality' } });
  });

  it('takes back a started plan when what it needs is gone', async () => {
    await policy('production', { approvals: [{ name: 'release' }] });
    const { body: plan } = await deploy('production', '0.1.1', { start: true });
    expect(plan.state).toBe('awaiting-approval');

    await send('POST /quarantines', { body: { application: 'orders', build: '0.1.1', reason: 'found bad meanwhile' } });

    const back = await becomes(plan.number, 'draft');
    expect(back.reason).toContain('found bad meanwhile');
    expect(await start(plan.number)).toMatchObject({ status: 409, body: { code: 'quarantined' } });
  });

  it('takes a started plan back, and refuses its start, when its producer vanished meanwhile', async () => {
    const builder = scriptedBuilder(tests);
    for (const [name, contracts] of [
      ['catalog', { provides: { products: 'openapi.yaml' } }],
      ['shop', { consumes: { products: ['GET /products'] } }],
    ] as const) {
      await addApplication(tests, { name, head: hash('d') });
      const job = await builder.claim();
      const result = await builtResult(tests, { name, commits: [commitOf(hash('d'))] });
      const { web } = result.manifest.modules;
      await builder.complete(job, {
        ...result,
        manifest: { ...result.manifest, modules: { web: { ...web, ...contracts } } },
      });
    }
    const plan = async (operation: object, atOnce: boolean) =>
      (
        await send('POST /plans', {
          as: people.deployer,
          body: { environment: 'quality', operations: [operation], start: atOnce },
        })
      ).body;
    const latest = (application: string) => ({ kind: 'deploy', application, source: { kind: 'latest' } });
    const catalog = await plan(latest('catalog'), true);
    await becomes(catalog.number, 'deploying', site.stage);
    await becomes(catalog.number, 'succeeded', site.run);
    await policy('quality', { approvals: [{ name: 'four eyes' }] });
    const draft = await plan(latest('shop'), false);
    const started = await plan(latest('shop'), true);
    expect(started).toMatchObject({ state: 'awaiting-approval', findings: [] });
    await send(`POST /plans/${started.number}/schedule`, { body: { startAt: '2999-01-01T00:00:00Z' } });
    await send(`POST /plans/${started.number}/approve`, {
      as: people.approver,
      body: { content: draft.content },
    });
    await policy('quality', {});

    const removal = await plan({ kind: 'remove', application: 'catalog' }, true);
    await becomes(removal.number, 'deploying', site.stage);
    await session.query('delete from site_applications');
    await becomes(removal.number, 'succeeded', site.stage);

    const back = await becomes(started.number, 'draft');
    expect(back.findings).toMatchObject([{ severity: 'error', application: 'shop' }]);
    expect(back.approvals).toMatchObject([{ by: 'the-approver', valid: false }]);
    expect(await start(draft.number)).toMatchObject({ status: 409, body: { code: 'plan-has-errors' } });
    expect((await show(draft.number)).state).toBe('draft');
  });
});
