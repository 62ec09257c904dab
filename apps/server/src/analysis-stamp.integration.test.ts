import type { ApplicationId, BuildId, EnvironmentId } from '@almanac/domain';
import { sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '#platform/database';
import { readStamp } from './features/plans/analysis-stamp.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

describe('the stamp of an analysis', () => {
  let tests: ServerForTests;
  let session: pg.Client;
  let database: Database;
  let plan: { environment: EnvironmentId; choices: Parameters<typeof readStamp>[1]['choices'] };

  const keyOf = async <Key extends string>(table: string, name: string) =>
    (await session.query(`select id from ${table} where name = $1`, [name])).rows[0].id as Key;

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    const { host, port, user = '', database: name = '' } = session;
    database = openDatabase({ config: { host, port, user, database: name }, onError: () => undefined });
    for (const environment of ['quality', 'production'])
      await tests.send('POST /environments', {
        body: { name: environment, displayName: environment, type: 'test' },
      });
    await tests.send('POST /sites', { body: { name: 'berlin', environment: 'quality' } });
    const builder = scriptedBuilder(tests);
    for (const [at, application] of ['shop', 'other'].entries()) {
      const head = String(at + 1).repeat(40);
      await addApplication(tests, { name: application, head });
      const job = await builder.claim();
      await builder.complete(job, await builtResult(tests, { name: application, commits: [commitOf(head)] }));
    }
    await session.query(`
      insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
      select e.id, b.application_id, b.id, 'first', '{}', '', gen_random_uuid(), now() from environments e, builds b;
      insert into build_references select id, 'web', 'things', 'GET /things', null from builds;
      insert into contract_documents values ('f', 'openapi', '[]')`);
    const application = await keyOf<ApplicationId>('applications', 'shop');
    const build = (await session.query('select id from builds where application_id = $1', [application])).rows[0].id;
    plan = {
      environment: await keyOf<EnvironmentId>('environments', 'quality'),
      choices: [
        {
          application,
          name: 'shop',
          kind: 'deploy',
          build: build as BuildId,
          given: [],
          tag: null,
          earlierSettings: null,
        },
      ],
    };
  });
  afterAll(async () => {
    await database.close();
    await tests.stop();
  });

  /** The stamp as it would be after a change, which is taken back. */
  const stampAfter = async (change: string): Promise<string> => {
    let stamp = '';
    const undone = new Error('undone');
    await database.db
      .transaction()
      .execute(async (transaction) => {
        await sql.raw(change).execute(transaction);
        stamp = await readStamp(transaction, plan);
        throw undone;
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error;
      });
    return stamp;
  };
  const own = `(select id from applications where name = 'shop')`;
  const stranger = `(select id from applications where name = 'other')`;
  const here = `(select id from environments where name = 'quality')`;
  const elsewhere = `(select id from environments where name = 'production')`;
  const setting = (application: string, environment: string) =>
    `insert into setting_values values (${application}, 'KEY', ${environment}, 'environment', '', false, 'v', 'me', now())`;

  it.each([
    ['another build runs there', `update targets set operation = 'second' where environment_id = ${here}`],
    ['something was taken out there', `delete from targets where environment_id = ${here}`],
    ['a setting has a value', setting(own, here)],
    [
      'another site came',
      `insert into sites (id, name, environment_id, created_at) values (gen_random_uuid(), 'paris', ${here}, now())`,
    ],
    ['a site can do something else', `update sites set capabilities = '{"toolchains": []}'`],
    ['a site has other labels', `update sites set labels = '{"region": "eu"}'`],
    ['it is placed on fewer sites', `insert into placements values (${here}, ${own}, '{"region": "eu"}')`],
    [
      'versions are brought otherwise there',
      `update environments set rollout = '{"strategy": "recreate"}' where id = ${here}`,
    ],
    ['it is called otherwise', `update applications set name = 'store' where id = ${own}`],
    ['its build is called otherwise', `update builds set label = '9.9.9' where application_id = ${own}`],
    ['its build is gone', `update builds set state = 'errored' where application_id = ${own}`],
    [
      'a site knows another application by its name',
      `insert into site_applications (site_id, application_id, operation, phase, name)
       select id, ${stranger}, 'o', 'healthy', 'shop' from sites`,
    ],
    [
      'a hotfix of it was begun',
      `insert into hotfixes (id, number, application_id, environment_id, branch, base_build_id, base_commit, tip_commit,
         branch_state, branch_job_id, state, notes, started_by, started_at)
       select gen_random_uuid(), 1, application_id, ${here}, 'hotfix', id, 'a', 'b', 'made', job_id, 'open', '', 'me', now()
       from builds where application_id = ${own}`,
    ],
    ['what it consumes was provided', `update build_references set built_against = 'f' where contract = 'things'`],
  ])('is another one when %s', async (_what, change) => {
    expect(await stampAfter(change)).not.toBe(await stampAfter('select 1'));
  });

  it.each([
    ['another application has another value', setting(stranger, here)],
    ['it has another value in another environment', setting(own, elsewhere)],
    ['another environment changed', `update targets set operation = 'second' where environment_id = ${elsewhere}`],
    ['a site was heard', `update sites set last_seen_at = now(), reported_at = now(), observed_generation = 3`],
  ])('is the same when %s', async (_what, change) => {
    expect(await stampAfter(change)).toBe(await stampAfter('select 1'));
  });

  it('is kept with a plan, so that its start does not analyse it again; a plan that moved is', async () => {
    await session.query('delete from build_references');
    const operations = [{ kind: 'deploy', application: 'shop', source: { kind: 'latest' } }];
    const compose = async () =>
      (await tests.send('POST /plans', { body: { environment: 'quality', operations } })).body;
    const stampOf = async (number: number) =>
      (await session.query('select analysis_stamp as stamp from plans where number = $1', [number])).rows[0].stamp;
    const plan = await compose();
    expect(await stampOf(plan.number)).toMatch(/^[\w-]{43}$/);
    // What an analysis anew would not say shows that there was none.
    await session.query(
      `update plans set findings = '[{"code": "downgrade", "severity": "warning"}]' where number = $1`,
      [plan.number],
    );

    const refused = await tests.send(`POST /plans/${plan.number}/start`, { body: {} });
    await session.query(setting(own, here));
    const started = await tests.send(`POST /plans/${plan.number}/start`, { body: {} });

    expect(refused.body.code).toBe('confirmation-needed');
    expect(started).toMatchObject({ status: 200, body: { findings: [] } });
  });
});
