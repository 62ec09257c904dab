import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

const [base, ahead, fix, again] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];

/** Production runs `base`, Quality and Development what came after it. */
describe('a hotfix', () => {
  let tests: ServerForTests;
  let session: pg.Client;

  let application = '';
  let number = 0;

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    for (const [name, type, promotesFrom] of [
      ['development', 'development', null],
      ['quality', 'test', 'development'],
      ['production', 'production', 'quality'],
    ] as const) {
      await tests.send('POST /environments', { body: { name, displayName: name, type, promotesFrom } });
      await tests.send('POST /sites', { body: { name: `site-${name}`, environment: name } });
    }
  });
  afterAll(() => tests.stop());
  beforeEach(async () => {
    // What an earlier test left open is nobody's business here.
    await session.query(`update hotfixes set state = 'closed' where state = 'open'`);
    await session.query(`update jobs set state = 'cancelled' where state in ('queued', 'running')`);
    number += 1;
    application = `orders-${number}`;
    await addApplication(tests, { name: application, head: base });
    await buildOf([commitOf(base)]);
    await tests.send(`POST /applications/${application}/builds`, { body: { commit: ahead } });
    await buildOf([commitOf(ahead, [base])]);
    await run('development', ahead);
    await run('quality', ahead);
    await run('production', base);
  });

  /** Ends the next build, past lookups of branches, with what a builder would say. */
  const buildOf = async (
    commits: readonly ReturnType<typeof commitOf>[],
    patches: readonly { readonly commit: string; readonly patch: string }[] = [],
  ) => {
    const job = await claim('build');
    await scriptedBuilder(tests).complete(job, {
      ...(await builtResult(tests, { name: application, commits })),
      patches,
    });
    return job;
  };
  const claim = async (kind: string) => {
    const builder = scriptedBuilder(tests);
    for (let looks = 0; looks < 400; looks += 1) {
      const job = await builder.claim();
      if (job?.work.kind === kind) return job;
      if (job == null) await pause(25);
      else
        await builder.complete(job, {
          kind: 'fault',
          fault: { outcome: 'failed', code: 'branch-missing', detail: 'no' },
        });
    }
    throw new Error(`no ${kind} to do`);
  };
  /** What an environment runs, as a plan that ended would leave it. */
  const run = async (environment: string, commit: string) => {
    await session.query(
      `insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
       select e.id, b.application_id, b.id, gen_random_uuid(), '{}', '', gen_random_uuid(), now()
       from environments e, builds b join applications a on a.id = b.application_id
       where e.name = $1 and b.commit = $2 and b.state = 'succeeded' and a.name = $3
       on conflict (environment_id, application_id) do update set build_id = excluded.build_id`,
      [environment, commit, application],
    );
  };
  const start = async (body: Readonly<Record<string, unknown>> = {}) =>
    (await tests.send(`POST /applications/${application}/hotfixes`, { body: { environment: 'production', ...body } }))
      .body;
  const show = async () => (await tests.send(`GET /hotfixes?application=${application}`)).body.items[0];
  const branchMade = async (made = true, detail: string | null = null) =>
    scriptedBuilder(tests).complete(await claim('branch'), { kind: 'branch-made', made, detail });
  /** Somebody pushes the fix to the branch, and it is built. */
  const pushed = async (patches: Parameters<typeof buildOf>[1] = []) => {
    await session.query('update hotfixes set polled_at = null');
    await scriptedBuilder(tests).complete(await claim('resolve'), { kind: 'resolved', commit: fix });
    return buildOf([commitOf(fix, [base], 'fix: it')], patches);
  };
  const closed = async () => {
    for (let looks = 0; looks < 400; looks += 1) {
      const found = await show();
      if (found.state === 'closed') return found;
      await pause(25);
    }
    throw new Error('it did not close');
  };
  const composed = async (environment: string, commit: string, more: Readonly<Record<string, unknown>> = {}) => {
    const { rows } = await session.query(
      `select b.id from builds b join applications a on a.id = b.application_id where b.commit = $1 and b.state = 'succeeded' and a.name = $2`,
      [commit, application],
    );
    const source = { kind: 'build', build: rows[0]?.id };
    return (
      await tests.send('POST /plans', {
        body: { environment, operations: [{ kind: 'deploy', application, source }], ...more },
      })
    ).body;
  };
  const codes = (plan: { findings: { code: string }[] }) => plan.findings.map((each) => each.code);

  it('begins at the commit that the environment runs, on a branch of its own', async () => {
    const started = await start({ notes: 'wrong prices' });
    const job = await claim('branch');

    expect(started).toMatchObject({
      number: expect.any(Number),
      state: 'open',
      branchState: 'asked',
      branch: `hotfix/${base.slice(0, 8)}`,
      tip: base,
      base: { commit: base },
      notes: 'wrong prices',
      places: [
        { environment: { name: 'production' }, presence: 'missing' },
        { environment: { name: 'quality' }, presence: 'missing' },
        { environment: { name: 'development' }, presence: 'missing' },
      ],
    });
    expect(job.work).toMatchObject({ kind: 'branch', commit: base, source: { branch: started.branch } });
  });

  it('tells the command where the repository takes no branch, and goes on when somebody made it', async () => {
    await start({ branch: 'mend' });
    await branchMade(false, 'git push origin it');

    expect(await show()).toMatchObject({ branchState: 'refused', next: 'git push origin it' });
    await pushed();
    expect(await show()).toMatchObject({ branchState: 'made', branchDetail: null, tip: fix });
  });

  it('that cannot begin closes with the reason', async () => {
    await start();
    await scriptedBuilder(tests).complete(await claim('branch'), {
      kind: 'fault',
      fault: { outcome: 'failed', code: 'branch-taken', detail: 'there is such a branch; choose another name' },
    });

    expect(await show()).toMatchObject({ state: 'closed', closedReason: expect.stringContaining('another name') });
  });

  it('is built when its branch moves, gets the next third number, and is marked wherever it shows', async () => {
    const { rows } = await session.query(
      `select b.id from builds b join applications a on a.id = b.application_id where b.commit = $1 and a.name = $2`,
      [ahead, application],
    );
    await tests.send(`POST /applications/${application}/versions`, { body: { build: rows[0]?.id, number: '1.7.0' } });
    const hotfix = (await start()).number;
    await branchMade();
    const job = await pushed();

    expect(job.work).toMatchObject({ commit: fix, patches: [{ since: base, of: expect.arrayContaining([ahead]) }] });
    const suggested = (await tests.send(`GET /applications/${application}/version-suggestion?build=${job.work.build}`))
      .body;
    expect(suggested).toMatchObject({ number: '1.7.1', because: expect.stringContaining('hotfix') });
    const tagged = await tests.send(`POST /applications/${application}/versions`, { body: { build: job.work.build } });
    expect(tagged.body).toMatchObject({ number: '1.7.1', hotfix });
    expect((await tests.send(`GET /applications/${application}/versions`)).body.items).toMatchObject([
      { number: '1.7.1', hotfix },
      { number: '1.7.0', hotfix: null },
    ]);
    expect((await show()).next).toContain(`almanac deploy ${application} --build 3 --to production`);
    const [row] = (await tests.send(`GET /board?search=${application}`)).body.rows;
    expect(row.cells.map((cell: { hotfixes: unknown }) => cell.hotfixes)).toMatchObject([
      [{ number: hotfix, presence: 'missing' }],
      [{ number: hotfix, presence: 'missing' }],
      [{ number: hotfix, presence: 'missing' }],
    ]);
  });

  it('tells policies that a plan brings it, and only where it is for', async () => {
    await start();
    await branchMade();
    await pushed();

    expect((await composed('production', fix)).hotfix).toBe(true);
    expect((await composed('production', ahead)).hotfix).toBe(false);
    expect((await composed('quality', fix)).hotfix).toBe(false);
  });

  it('is deployed by name, and never as the newest build', async () => {
    await start();
    await branchMade();
    await pushed();

    const { body } = await tests.send('POST /plans', {
      body: {
        environment: 'production',
        operations: [{ kind: 'deploy', application, source: { kind: 'latest' } }],
      },
    });

    expect(body.operations).toMatchObject([{ after: { commit: ahead } }]);
  });

  it('that would be lost is found, and needs a word', async () => {
    await start();
    await branchMade();
    await pushed();
    await run('production', fix);

    const plan = await composed('production', ahead, { confirm: ['downgrade'] });
    const wanted = await tests.send(`POST /plans/${plan.number}/start`, { body: {} });

    expect(codes(plan)).toContain('hotfix-lost');
    expect(plan).toMatchObject({ state: 'draft' });
    expect(wanted).toMatchObject({ status: 409, body: { code: 'confirmation-needed' } });
    expect(codes(await composed('quality', fix))).not.toContain('hotfix-lost');
    const confirmed = await tests.send(`POST /plans/${plan.number}/start`, { body: { confirm: ['hotfix-lost'] } });
    expect(confirmed).toMatchObject({ status: 200, body: { confirmed: expect.arrayContaining(['hotfix-lost']) } });
    expect(confirmed.body.state).not.toBe('draft');
  });

  it('closes by itself once its commits are in every earlier environment and in its own', async () => {
    await start();
    await branchMade();
    await pushed();
    await run('production', fix);
    expect((await show()).next).toContain('bring the fix into quality and development');
    await tests.send(`POST /applications/${application}/builds`, { body: { commit: again } });
    await buildOf([commitOf(again, [ahead, fix], 'chore: merge the hotfix')]);
    await run('development', again);
    const [halfway] = [await show()];
    await run('quality', again);

    const done = await closed();

    expect(halfway).toMatchObject({ state: 'open', next: expect.stringContaining('bring the fix into quality:') });
    expect(done).toMatchObject({ closedReason: expect.stringContaining('its commits are in every environment') });
    const record = (await tests.send('GET /audit?limit=50')).body.items;
    expect(record.map((each: { action: string }) => each.action)).toEqual(
      expect.arrayContaining(['hotfix-started', 'hotfix-closed']),
    );
    expect(codes(await composed('production', ahead))).not.toContain('hotfix-lost');
  });

  it('closes by itself once its changes are there under other commits', async () => {
    await start();
    await branchMade();
    const patch = 'f'.repeat(40);
    await pushed([{ commit: fix, patch }]);
    await run('production', fix);
    await tests.send(`POST /applications/${application}/builds`, { body: { commit: again } });
    await buildOf([commitOf(again, [ahead], 'fix: it, picked')], [{ commit: again, patch }]);
    await run('development', again);
    await run('quality', again);

    expect((await closed()).closedReason).toContain('its changes are in every environment');
  });

  it('closes by hand with a reason, once', async () => {
    const found = (await start()).number;

    const done = await tests.send(`POST /hotfixes/${found}/close`, { body: { reason: 'not needed' } });
    const twice = await tests.send(`POST /hotfixes/${found}/close`, { body: { reason: 'not needed' } });

    expect(done.body).toMatchObject({ state: 'closed', closedReason: 'not needed' });
    expect(twice).toMatchObject({ status: 409, body: { code: 'wrong-state' } });
    expect((await tests.send(`GET /hotfixes?state=open&application=${application}`)).body.items).toEqual([]);
  });

  it('is refused for what cannot be mended, and on a branch that cannot be its own', async () => {
    await start({ branch: 'taken' });

    const refusals: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ environment: 'nowhere' }, 'not-found'],
      [{ environment: 'development' }, 'nothing-to-do'],
      [{ branch: 'main' }, 'invalid-request'],
      [{ branch: '-x' }, 'invalid-request'],
      [{ branch: 'a..b' }, 'invalid-request'],
      [{ branch: 'a b' }, 'invalid-request'],
      [{ branch: 'x.lock' }, 'invalid-request'],
      [{ branch: 'taken' }, 'name-taken'],
    ];
    for (const [body, code] of refusals) expect(await start(body)).toMatchObject({ code });
  });
});
