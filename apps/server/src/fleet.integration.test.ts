import { setTimeout as pause } from 'node:timers/promises';
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

const hash = (digit: string) => digit.repeat(40);
const canary = { name: 'canary', sites: { kind: 'labels', labels: { tier: 'canary' } }, maxOffline: 50 };
const rest = { name: 'rest', sites: { kind: 'share', percent: 100 } };
const names = ['shop-1', 'shop-2', 'shop-3', 'shop-4'] as const;
type SiteName = (typeof names)[number];

/** Four sites, of which the first two are canaries. They do what their documents say, as far as plans can tell. */
describe('rings of sites', () => {
  let tests: ServerForTests;
  let session: pg.Client;

  const send: ServerForTests['send'] = (request, options) => tests.send(request, options);
  const show = async (plan: number) => (await send(`GET /plans/${plan}`)).body;
  /** What the document of each site says it is to run: the label of the build, or nothing. */
  const told = async () => {
    const { rows } = await session.query(`select name, document ->> 'payload' as payload from sites order by name`);
    return Object.fromEntries(
      rows.map(({ name, payload }) => [
        name,
        payload === null ? [] : JSON.parse(payload).applications.map((each: { label: string }) => each.label),
      ]),
    );
  };
  const generations = async () =>
    (await session.query('select generation from sites order by name')).rows.map((each) => each.generation);
  /** A site, or each of them, says that it goes by its newest document. */
  const report = async (site: string | null = null) =>
    session.query(
      `update sites set last_seen_at = now(), observed_generation = generation,
         observed_incarnation = (select incarnation from installation) where $1::uuid is null or id = $1`,
      [site],
    );
  const obey = async (failing: readonly SiteName[] = [], away: readonly SiteName[] = []) => {
    const { rows } = await session.query(`select id, name, document ->> 'payload' as payload from sites`);
    for (const { id, name, payload } of rows) {
      if (away.includes(name)) {
        await session.query(`update sites set last_seen_at = now() - interval '1 hour' where id = $1`, [id]);
        continue;
      }
      await report(id);
      await session.query('delete from site_applications where site_id = $1', [id]);
      for (const each of payload === null ? [] : JSON.parse(payload).applications)
        await session.query('insert into site_applications values ($1, $2, $3, $4, $5)', [
          id,
          each.application.id,
          each.operation,
          failing.includes(name) && each.label === '1.1.0' ? 'failed' : 'healthy',
          failing.includes(name) ? 'it does not start' : null,
        ]);
    }
    await session.query(
      `select graphile_worker.add_job('advance-plan', json_build_object('plan', id), job_key => 'plan:' || id)
       from plans where ended_at is null and state <> 'draft'`,
    );
  };
  const until = async (plan: number, what: (found: ReturnType<typeof JSON.parse>) => boolean, meanwhile = obey) => {
    for (let looks = 0; looks < 100; looks += 1) {
      const found = await show(plan);
      if (what(found)) return found;
      await meanwhile();
      await pause(50);
    }
    throw new Error(`plan ${plan} did not get there: it is ${JSON.stringify(await show(plan))}`);
  };
  const deploy = async (number: string): Promise<number> => {
    const operations = [{ kind: 'deploy', application: 'orders', source: { kind: 'version', number } }];
    const made = await send('POST /plans', { body: { environment: 'edge', operations, start: true } });
    return made.body.number;
  };
  const setRings = async (rings: unknown) => {
    const { revision } = (await send('GET /environments/edge')).body;
    return send('PATCH /environments/edge', { body: { rings }, headers: { 'if-match': `"${revision}"` } });
  };
  const ended = ({ state }: { readonly state: string }) => state === 'succeeded';
  const states = (plan: ReturnType<typeof JSON.parse>) =>
    plan.operations[0].rings.map((each: { state: string }) => each.state);

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    await send('POST /environments', { body: { name: 'edge', displayName: 'Edge', type: 'production' } });
    for (const name of names) {
      const labels = name < 'shop-3' ? { tier: 'canary' } : {};
      await send('POST /sites', { body: { name, environment: 'edge', labels } });
    }
    await session.query(`update sites set enrolled_at = now(), signing_key = 'k', sealing_key = 'k'`);
    await report();
    const builder = scriptedBuilder(tests);
    await addApplication(tests, { name: 'orders', head: hash('a') });
    for (const [digit, number] of [
      ['a', '1.0.0'],
      ['b', '1.1.0'],
      ['c', '1.2.0'],
      ['d', '1.3.0'],
      ['e', '1.4.0'],
    ] as const) {
      if (digit !== 'a') await send('POST /applications/orders/push-events', { body: { commit: hash(digit) } });
      const job = await builder.claim();
      await builder.complete(job, await builtResult(tests, { name: 'orders', commits: [commitOf(hash(digit))] }));
      await send('POST /applications/orders/versions', { body: { build: job.work.build, number } });
    }
  });
  afterAll(() => tests.stop());

  it('are refused when they would leave sites out', async () => {
    const refused = await setRings({ rings: [canary] });

    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(refused.body.detail).toContain('the last ring takes what is left');
  });

  it('are kept with the environment, and told in words when states are compared', async () => {
    const kept = await setRings({ rings: [canary, rest], link: { label: 'line', atOnce: 2 } });

    expect(kept.body.rings.rings[0]).toMatchObject({ name: 'canary', successThreshold: 100, onError: 'pause' });
    const { body } = await send('GET /environments/edge/state');
    expect(JSON.stringify(body.policy)).toContain('canary (tier=canary, passes at 100 %');
  });

  it('take a change one after the other, and nobody else is told anything', async () => {
    const first = await deploy('1.0.0');
    const before = await until(
      first,
      (plan) => states(plan)[0] === 'running',
      async () => undefined,
    );
    expect(before.reason).toBe('orders waits for ring canary: its sites are at work');
    const why = await send(`GET /plans/${first}/standing`);
    expect(why.body.obstacles).toMatchObject([{ code: 'ring-waits', application: 'orders' }]);
    expect(await told()).toEqual({ 'shop-1': ['1.0.0'], 'shop-2': ['1.0.0'], 'shop-3': [], 'shop-4': [] });
    const counts = { total: 2, done: 0, failed: 0, offline: 0, waiting: 2 };
    expect(before.operations[0].rings.map((each: { counts: unknown }) => each.counts)).toEqual([counts, counts]);

    await until(first, ended);
    expect(await told()).toEqual(Object.fromEntries(names.map((name) => [name, ['1.0.0']])));
  });

  it('that fail let the plan rest; who continues accepts it', async () => {
    const second = await deploy('1.1.0');
    const held = await generations();
    const stopped = await until(
      second,
      (plan) => plan.state === 'paused',
      () => obey(['shop-2']),
    );
    expect(stopped.reason).toContain('ring canary');
    expect(stopped.waitsForContinue).toBe(true);
    expect(states(stopped)).toEqual(['stopped', 'waiting']);
    expect(await told()).toMatchObject({ 'shop-1': ['1.1.0'], 'shop-3': ['1.0.0'], 'shop-4': ['1.0.0'] });
    expect((await generations()).slice(2)).toEqual(held.slice(2));

    await send(`POST /plans/${second}/continue`, { body: {} });
    const after = await until(second, ended, () => obey(['shop-2']));
    expect(after.operations[0].message).toBe('1 of 4 sites failed and run what they ran before');
  });

  it('go back on request, with the sites that have the change already', async () => {
    const third = await deploy('1.2.0');
    await until(
      third,
      (plan) => states(plan)[0] === 'running',
      async () => undefined,
    );
    const back = await send(`POST /plans/${third}/rings/canary/return`, { body: {} });
    expect(back.body).toMatchObject({ state: 'paused' });
    const rested = await until(third, (plan) => plan.operations[0].rings[0].counts?.done === 0);
    expect(states(rested)).toEqual(['returned', 'waiting']);
    for (let looks = 0; looks < 100 && (await told())['shop-1']?.[0] !== '1.1.0'; looks += 1) await pause(50);
    expect(await told()).toEqual(Object.fromEntries(names.map((name) => [name, ['1.1.0']])));

    await send(`POST /plans/${third}/continue`, { body: {} });
    await until(third, ended);
    expect(await told()).toEqual(Object.fromEntries(names.map((name) => [name, ['1.2.0']])));
  });

  it('do not wait for a site that is away; it is told once the change is accepted', async () => {
    const fourth = await deploy('1.3.0');
    const away = () => obey([], ['shop-2', 'shop-4']);
    await away();
    const done = await until(fourth, ended, away);

    expect(done.operations[0].message).toBe('2 of 4 sites are offline and follow when they return');
    expect(await told()).toEqual(Object.fromEntries(names.map((name) => [name, ['1.3.0']])));
    const { rows } = await session.query('select count(*)::int as left from fleet_sites');
    expect(rows[0].left).toBe(0);
  });

  it('say by label where a site belongs, and only the changed site is told', async () => {
    const { revision } = (await send('GET /sites/shop-3')).body;
    const labelled = await send('PATCH /sites/shop-3', {
      body: { labels: { tier: 'canary' } },
      headers: { 'if-match': `"${revision}"` },
    });
    expect(labelled.body.labels).toEqual({ tier: 'canary' });
    const fifth = await deploy('1.4.0');
    const running = await until(
      fifth,
      (plan) => states(plan)[0] === 'running',
      async () => undefined,
    );

    expect(running.operations[0].rings.map((each: { counts: { total: number } }) => each.counts.total)).toEqual([3, 1]);
    await until(fifth, ended);
  });
});
