import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addApplication,
  builtResult,
  commitOf,
  manifestOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

const settings = { CURRENCY: { default: 'EUR' }, PAYMENT_KEY: { secret: true } };

/** A site whose agent does at once whatever it is told: what it would report is written where reports are kept. */
function obedientSite(session: pg.Client) {
  const report = async (plan: string) => {
    await session.query(
      `delete from site_applications where application_id in (select unnest(application_ids) from plans where id = $1)`,
      [plan],
    );
    await session.query(
      `insert into site_applications (site_id, application_id, operation, phase)
       select s.id, (o ->> 'application')::uuid, o -> 'after' ->> 'operation', 'healthy'
       from plans p join sites s on s.environment_id = p.environment_id, jsonb_array_elements(p.body -> 'operations') o
       where p.id = $1 and o -> 'after' ->> 'operation' is not null`,
      [plan],
    );
  };
  const settle = async (plan: { readonly id: string }) => {
    for (let looks = 0; looks < 400; looks += 1) {
      const { rows } = await session.query('select state, ended_at from plans where id = $1', [plan.id]);
      if (rows[0].ended_at !== null) return rows[0].state;
      if (rows[0].state === 'staging') await report(plan.id);
      await session.query(
        `select graphile_worker.add_job('advance-plan', json_build_object('plan', $1::text), job_key => 'plan:' || $1)`,
        [plan.id],
      );
      await pause(25);
    }
    const { rows } = await session.query('select state, body -> $2 as reason from plans where id = $1', [
      plan.id,
      'reason',
    ]);
    throw new Error(`the plan does not end: ${JSON.stringify(rows)}`);
  };
  return { settle };
}

describe('the history of an environment', () => {
  let tests: ServerForTests;
  let session: pg.Client;
  let site: ReturnType<typeof obedientSite>;
  const moments: Record<string, string> = {};

  const set = (key: string, value: string) =>
    tests.send(`PUT /applications/orders/settings/${key}`, {
      body: { value, place: { environment: 'production', level: 'environment' } },
    });
  const build = async (application: string, digit: string, parents: readonly string[] = []) => {
    const builder = scriptedBuilder(tests);
    const hash = digit.repeat(40);
    await tests.send(`POST /applications/${application}/builds`, { body: { commit: hash } });
    const job = await builder.claimBuild();
    const result = await builtResult(tests, { name: application, commits: [commitOf(hash, parents)] });
    await builder.complete(job, { ...result, manifest: manifestOf(application, settings) });
    return job.work.build as string;
  };
  const carryOut = async (answer: { readonly status: number; readonly body: { readonly id: string } }) => {
    expect(answer).toMatchObject({ status: 201 });
    expect(await site.settle(answer.body)).toBe('succeeded');
    return answer.body;
  };
  const deploy = async (application: string, source: unknown) =>
    carryOut(
      await tests.send('POST /plans', {
        body: { environment: 'production', operations: [{ kind: 'deploy', application, source }], start: true },
      }),
    );
  /** The database's clock, past everything that was written. */
  const moment = async (name: string) => {
    await pause(5);
    const { rows } = await session.query('select clock_timestamp() as now');
    moments[name] = rows[0].now.toISOString();
    await pause(5);
  };
  const stateAt = async (at: string | undefined) =>
    (await tests.send(`GET /environments/production/state${at === undefined ? '' : `?at=${at}`}`)).body;
  const factsOf = (state: { applications: { application: { name: string }; facts: unknown[] }[] }, name: string) =>
    state.applications.find((each) => each.application.name === name)?.facts as
      | { aspect: string; key: string; fact: { text: string; secret: boolean } }[]
      | undefined;
  const factOf = (state: Parameters<typeof factsOf>[0], name: string, key: string) =>
    factsOf(state, name)?.find((each) => each.key === key)?.fact.text;

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    site = obedientSite(session);
    await tests.send('POST /environments', { body: { name: 'production', type: 'production' } });
    await tests.send('POST /sites', { body: { name: 'berlin', environment: 'production' } });
    await session.query(`update sites set enrolled_at = now(), last_seen_at = now() + interval '1 day'`);
    for (const name of ['orders', 'catalog']) await addApplication(tests, { name, settings, head: 'a'.repeat(40) });
    const builder = scriptedBuilder(tests);
    for (let job = await builder.claim(); job !== null; job = await builder.claim()) {
      const name = job.work.application.name;
      const result = await builtResult(tests, { name, commits: [commitOf('a'.repeat(40))] });
      await builder.complete(job, { ...result, manifest: manifestOf(name, settings) });
    }
    await set('PAYMENT_KEY', 'first key');
    await deploy('orders', { kind: 'latest' });
    await moment('first');
    await set('CURRENCY', 'CHF');
    await set('PAYMENT_KEY', 'second key');
    await build('orders', 'b', ['a'.repeat(40)]);
    await deploy('orders', { kind: 'latest' });
    await deploy('catalog', { kind: 'latest' });
    await moment('second');
  }, 60_000);
  afterAll(() => tests.stop());

  it('tells what ran at a moment, with the settings of then and secrets as fingerprints only', async () => {
    const [before, first, second] = [
      await stateAt('2020-01-01T00:00:00.000Z'),
      await stateAt(moments['first']),
      await stateAt(moments['second']),
    ];

    expect(before.applications).toEqual([]);
    expect(first.applications.map((each: { application: { name: string } }) => each.application.name)).toEqual([
      'orders',
    ]);
    expect(first.applications[0].build.label).toBe('aaaaaaaa');
    expect(factOf(first, 'orders', 'CURRENCY')).toBe('EUR');
    expect(factOf(first, 'orders', 'DATABASE_URL')).toBe('a postgres database of its own on each site');
    expect(factOf(first, 'orders', 'web')).toBe('1');
    expect(second.applications).toHaveLength(2);
    expect(factOf(second, 'orders', 'CURRENCY')).toBe('CHF');
    const fingerprints = [first, second].map((each) => factOf(each, 'orders', 'PAYMENT_KEY'));
    expect(fingerprints[0]).toMatch(/^[0-9a-f]{6}$/);
    expect(fingerprints[1]).not.toBe(fingerprints[0]);
    expect(JSON.stringify([first, second])).not.toContain(' key');
  });

  it('tells the same of now from the targets and from the entries', async () => {
    const now = await stateAt(undefined);
    const second = await stateAt(moments['second']);

    expect({ ...now, at: '', now: false }).toEqual({ ...second, at: '' });
  });

  it('tells the difference between two moments', async () => {
    const { body } = await tests.send(
      `GET /environments/production/diff?from=${moments['first']}&to=${moments['second']}`,
    );

    expect(body.applications).toMatchObject([
      { application: { name: 'catalog' }, change: 'added' },
      {
        application: { name: 'orders' },
        change: 'changed',
        before: { label: 'aaaaaaaa' },
        after: { label: 'bbbbbbbb' },
        facts: [
          { aspect: 'version', before: { text: 'aaaaaaaa' }, after: { text: 'bbbbbbbb' } },
          { aspect: 'settings', key: 'CURRENCY', site: null, before: { text: 'EUR' }, after: { text: 'CHF' } },
          { aspect: 'settings', key: 'PAYMENT_KEY', before: { secret: true }, after: { secret: true } },
        ],
      },
    ]);
  });

  it('tells the difference between two environments, and what changed of their policy', async () => {
    await tests.send('POST /environments', { body: { name: 'quality', type: 'test', promotesFrom: 'production' } });
    const { body } = await tests.send('GET /environments/production/diff?with=quality');

    expect(body.applications.map((each: { change: string }) => each.change)).toEqual(['removed', 'removed']);
    expect(body.policy).toMatchObject([
      { key: 'promotes from', before: { text: 'nothing' }, after: { text: 'production' } },
      { key: 'type', before: { text: 'production' }, after: { text: 'test' } },
    ]);

    const { revision } = (await tests.send('GET /environments/quality')).body;
    await moment('quality');
    await tests.send('PATCH /environments/quality', {
      body: { rollout: { strategy: 'recreate' }, drift: 'show' },
      headers: { 'if-match': `"${revision}"` },
    });
    await tests.send('PUT /policies', {
      body: { scope: { kind: 'environment', environment: 'quality' }, policy: { minimumAge: 10 } },
    });
    const changed = (await tests.send(`GET /environments/quality/diff?from=${moments['quality']}`)).body;
    expect(changed.policy).toMatchObject([
      { key: 'drift', before: { text: 'heal' }, after: { text: 'show' } },
      { key: 'minimum age', before: null, after: { text: '10 min' } },
      { key: 'rollout', before: { text: 'as the manifest says' }, after: { text: 'recreate' } },
    ]);
  });

  it('restores a moment by a plan that says what goes, and starts that only when it is confirmed', async () => {
    const asked = await tests.send('POST /environments/production/restore', {
      body: { at: moments['first'], start: true },
    });

    expect(asked).toMatchObject({ status: 201, body: { state: 'draft', origin: 'restore' } });
    expect(asked.body.findings).toMatchObject([
      { code: 'downgrade', application: 'orders' },
      { code: 'settings-of-then', application: 'orders' },
      { code: 'restore-removes', application: 'catalog' },
    ]);
    const confirmed = await tests.send('POST /environments/production/restore', {
      body: { at: moments['first'], start: true, remove: true },
    });
    await carryOut(confirmed);

    const now = await stateAt(undefined);
    const first = await stateAt(moments['first']);
    expect(now.applications).toEqual(first.applications);
    const { rows } = await session.query(
      `select settings -> (select id::text from sites) -> 'plain' ->> 'CURRENCY' as currency from targets`,
    );
    expect(rows).toEqual([{ currency: 'EUR' }]);
    const { cells } = (await tests.send('GET /board')).body.rows.find(
      (row: { application: { name: string } }) => row.application.name === 'orders',
    );
    expect(cells[0].settingsChanged).toBe(true);
    await moment('restored');
  });

  it('says that there is nothing to restore where there is nothing', async () => {
    const restore = (at: string) => tests.send('POST /environments/production/restore', { body: { at } });

    expect(await restore(moments['restored'] ?? '')).toMatchObject({ status: 409, body: { code: 'nothing-to-do' } });
    expect(await restore('2999-01-01T00:00:00.000Z')).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(await tests.send('GET /environments/production/state?at=2999-01-01T00:00:00.000Z')).toMatchObject({
      status: 422,
    });
    expect(await tests.send('GET /environments/production/state?at=yesterday')).toMatchObject({ status: 422 });
    expect(await tests.send('GET /environments/nowhere/state')).toMatchObject({ status: 404 });
  });

  it('undoes a whole plan, what it took out included', async () => {
    const { body: plans } = await tests.send('GET /plans?environment=production');
    const restored = plans.items.find((each: { state: string }) => each.state === 'succeeded');

    const undone = await tests.send(`POST /plans/${restored.number}/rollback`, { body: { start: true } });
    await carryOut(undone);

    const now = await stateAt(undefined);
    const second = await stateAt(moments['second']);
    expect(now.applications).toEqual(second.applications);
    expect(undone.body).toMatchObject({ origin: 'rollback', notes: `undoes plan ${restored.number}` });
    expect(await tests.send(`POST /plans/${restored.number}/rollback`, { body: {} })).toMatchObject({
      status: 409,
      body: { code: 'nothing-to-do' },
    });
  });

  it('refuses to undo what has not ended, and what changed nothing', async () => {
    const { body: draft } = await tests.send('POST /plans', {
      body: {
        environment: 'production',
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'moment', at: moments['first'] } }],
      },
    });
    expect(draft.operations).toMatchObject([{ kind: 'deploy', after: { label: 'aaaaaaaa' } }]);
    expect(await tests.send(`POST /plans/${draft.number}/rollback`, { body: {} })).toMatchObject({
      status: 409,
      body: { code: 'wrong-state' },
    });
    await tests.send(`POST /plans/${draft.number}/cancel`, { body: {} });
    expect(await tests.send(`POST /plans/${draft.number}/rollback`, { body: {} })).toMatchObject({
      status: 409,
      body: { code: 'nothing-to-do' },
    });
    expect(await tests.send('POST /plans/999/rollback', { body: {} })).toMatchObject({ status: 404 });
  });

  it('applies only the settings of then where the build is the same', async () => {
    await set('CURRENCY', 'SEK');
    await carryOut(
      await tests.send('POST /plans', {
        body: { environment: 'production', operations: [{ kind: 'configure', application: 'orders' }], start: true },
      }),
    );

    const answer = await tests.send('POST /environments/production/restore', {
      body: { at: moments['second'], applications: ['orders'], start: true },
    });

    expect(answer.body.operations).toMatchObject([{ kind: 'configure', application: { name: 'orders' } }]);
    await carryOut(answer);
    expect(factOf(await stateAt(undefined), 'orders', 'CURRENCY')).toBe('CHF');
  });

  it('sets values back that people set since where that is asked for, unless somebody changed one meanwhile', async () => {
    const configure = async () =>
      carryOut(
        await tests.send('POST /plans', {
          body: { environment: 'production', operations: [{ kind: 'configure', application: 'orders' }], start: true },
        }),
      );
    const valuesOf = async (key: string) =>
      (await tests.send('GET /applications/orders/settings')).body.settings.find(
        (each: { key: string }) => each.key === key,
      ).values;
    await set('CURRENCY', 'DKK');
    await configure();
    const [{ fingerprint }] = await valuesOf('PAYMENT_KEY');
    await moment('valued');
    await set('CURRENCY', 'PLN');
    await set('PAYMENT_KEY', 'third key');
    await configure();
    const restore = (start: boolean) =>
      tests.send('POST /environments/production/restore', {
        body: { at: moments['valued'], applications: ['orders'], setBack: true, start },
      });

    const { body: overtaken } = await restore(false);
    await set('CURRENCY', 'HUF');
    const refused = await tests.send(`POST /plans/${overtaken.number}/start`, { body: {} });
    const answer = await restore(true);
    await carryOut(answer);

    expect(overtaken.findings).toMatchObject([
      { code: 'value-set-back', subject: 'CURRENCY', detail: 'CURRENCY is set back to DKK, it is PLN now' },
      {
        code: 'value-set-back',
        subject: 'PAYMENT_KEY',
        detail: 'PAYMENT_KEY is set back to the secret of then',
      },
    ]);
    expect(refused.body).toMatchObject({
      code: 'plan-has-errors',
      detail: expect.stringContaining('CURRENCY was changed since it was decided what it goes back to'),
    });
    expect(JSON.stringify(answer.body)).not.toContain('third key');
    expect(await valuesOf('CURRENCY')).toMatchObject([{ value: 'DKK', changedBy: 'launcher' }]);
    expect(await valuesOf('PAYMENT_KEY')).toMatchObject([{ fingerprint }]);
    const { body: changes } = await tests.send('GET /applications/orders/setting-changes?limit=2');
    expect(changes.items).toMatchObject([{ removed: false }, { removed: false }]);
    const { rows } = await session.query(`select subject, detail from audit where action = 'values-set-back'`);
    expect(rows).toEqual([
      {
        subject: `plan:${answer.body.number}`,
        detail: { environment: 'production', values: ['orders CURRENCY', 'orders PAYMENT_KEY'], for: 'launcher' },
      },
    ]);
    // What the next deployment takes is what runs.
    const board = (await tests.send('GET /board')).body.rows.find(
      (row: { application: { name: string } }) => row.application.name === 'orders',
    );
    expect(board.cells[0].settingsChanged).toBe(false);
  });

  it('keeps a followed branch from bringing back what somebody went back from, until that is lifted', async () => {
    const { revision } = (await tests.send('GET /environments/production')).body;
    await tests.send('PATCH /environments/production', {
      body: { following: { kind: 'application-branch' } },
      headers: { 'if-match': `"${revision}"` },
    });
    await carryOut(
      await tests.send('POST /environments/production/restore', {
        body: { at: moments['first'], applications: ['orders'], start: true },
      }),
    );
    const holds = async () => (await tests.send('GET /environments/production/holds')).body.items;
    const following = async () =>
      (await tests.send('GET /plans?environment=production')).body.items.filter(
        (each: { origin: string }) => each.origin === 'following',
      );
    const rebuild = async () => {
      await tests.send('POST /applications/orders/builds', { body: { commit: 'b'.repeat(40), rebuild: true } });
      const builder = scriptedBuilder(tests);
      const job = await builder.claimBuild();
      const result = await builtResult(tests, {
        name: 'orders',
        commits: [commitOf('b'.repeat(40), ['a'.repeat(40)])],
      });
      await builder.complete(job, { ...result, manifest: manifestOf('orders', settings) });
    };
    const [held] = await holds();
    expect(held).toMatchObject({ application: { name: 'orders' }, build: { label: 'bbbbbbbb' } });
    expect(held.reason).toMatch(/launcher went back from bbbbbbbb by plan \d+/);

    await rebuild();
    expect(await following()).toEqual([]);

    await build('orders', 'c', ['b'.repeat(40)]);
    expect(await following()).toMatchObject([{ operations: [{ after: { label: 'cccccccc' } }] }]);

    expect(await tests.send(`DELETE /environments/production/holds/${held.id}`)).toMatchObject({ status: 204 });
    expect(await tests.send(`DELETE /environments/production/holds/${held.id}`)).toMatchObject({ status: 404 });
    expect(await holds()).toEqual([]);
  });

  it('cancels a waiting draft of a followed branch once somebody went back from its commit', async () => {
    const builder = scriptedBuilder(tests);
    const hash = 'd'.repeat(40);
    await tests.send('POST /applications/catalog/builds', { body: { commit: hash } });
    const job = await builder.claimBuild();
    const result = await builtResult(tests, { name: 'catalog', commits: [commitOf(hash, ['a'.repeat(40)])] });
    const needsMore = { ...settings, MUST_BE_SET: { required: true } };
    await builder.complete(job, { ...result, manifest: manifestOf('catalog', needsMore) });
    const newest = async () => (await tests.send('GET /plans?application=catalog&limit=1')).body.items[0];
    expect(await newest()).toMatchObject({ state: 'draft', origin: 'following' });

    await session.query(
      `insert into following_holds (id, environment_id, application_id, commit, build_id, plan_number, by_whom, at)
       select gen_random_uuid(), e.id, b.application_id, b.commit, b.id, 1, 'ada', now()
       from environments e, builds b where e.name = 'production' and b.commit = $1`,
      [hash],
    );

    for (let looks = 0; looks < 200 && (await newest()).state === 'draft'; looks += 1) await pause(50);
    expect(await newest()).toMatchObject({ state: 'cancelled', reason: 'somebody went back from this commit here' });
  });

  it('tells of sites that are silent what they said last, at once and each for itself', async () => {
    await tests.send('POST /sites', { body: { name: 'oslo', environment: 'production' } });
    const began = performance.now();

    const all = await tests.send('POST /sites/reconcile', { body: { environment: 'production' } });
    const one = await tests.send('POST /sites/reconcile', { body: { site: 'oslo' } });

    expect(performance.now() - began).toBeLessThan(5000);
    expect(all).toMatchObject({
      status: 200,
      body: {
        sites: [
          { site: { name: 'berlin' }, outcome: 'silent', detail: expect.stringContaining('did not answer') },
          { site: { name: 'oslo' }, outcome: 'enrolling', lastSeenAt: null, reconciledAt: null },
        ],
      },
    });
    expect(all.body.sites[0].applications).toContainEqual(
      expect.objectContaining({ application: expect.objectContaining({ name: 'catalog' }), standing: 'missing' }),
    );
    expect(one.body.sites.map((each: { site: { name: string } }) => each.site.name)).toEqual(['oslo']);
    expect(await tests.send('POST /sites/reconcile', { body: { site: 'nowhere' } })).toMatchObject({ status: 404 });
  });

  it('gives entries of before there were settings in it those that their plans pinned', async () => {
    const sql = await readFile(join(import.meta.dirname, 'migrations', '0011_history.sql'), 'utf8');
    const [from, to] = ['create temporary table pins', 'drop table pins;'].map((each) => sql.indexOf(each)) as [
      number,
      number,
    ];
    const read = async () => {
      const entries = await session.query(
        'select id, application_name, before_settings, after_settings from history order by id',
      );
      const contents = await session.query('select hash, settings from pinned_settings order by hash');
      return [entries.rows, contents.rows];
    };
    const whole = await read();

    await session.query('begin');
    await session.query('update history set application_name = null, before_settings = null, after_settings = null');
    await session.query('delete from pinned_settings');
    await session.query(sql.slice(from, to + 'drop table pins;'.length));
    const filled = await read();
    await session.query('rollback');

    expect(whole[0]?.length).toBeGreaterThan(5);
    expect(filled[0]).toEqual(whole[0]);
    // Plans hold contents that no entry has as well: those of drafts.
    expect(filled[1]).toEqual(expect.arrayContaining(whole[1] ?? []));
  });

  it('is read back whole through snapshots', async () => {
    const { rows: entries } = await session.query('select distinct at from history order by at');
    const states = async () => {
      const told = [];
      for (const { at } of entries) told.push(await stateAt(at.toISOString()));
      return told;
    };
    const whole = await states();
    // As if there had been many entries: one snapshot in the middle, and what came after it.
    const middle = entries[Math.floor(entries.length / 2)].at;
    await session.query(
      `insert into history_snapshots (environment_id, at, running)
       select (select id from environments where name = 'production'), $1, coalesce(jsonb_agg(jsonb_build_array(
         application_id, case when kept then before_build_id else after_build_id end,
         case when kept then before_settings else after_settings end)) filter (where not (kind = 'removed')), '[]')
       from (select distinct on (application_id) *, kind in ('failed', 'returned') as kept from history where at <= $1 order by application_id, at desc) newest`,
      [middle],
    );

    expect(await states()).toEqual(whole);
  });
});
