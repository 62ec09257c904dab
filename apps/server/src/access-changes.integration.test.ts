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

/** Two applications of two teams, and somebody who may deploy the one and see nothing of the other. */
describe('access that changes', () => {
  let tests: ServerForTests;
  let session: pg.Client;
  let token = '';

  beforeAll(async () => {
    tests = await startServerForTests();
    session = await tests.connect();
    await tests.send('POST /environments', { body: { name: 'production', displayName: 'P', type: 'production' } });
    await tests.send('POST /sites', { body: { name: 'harbour', environment: 'production' } });
    for (const [at, name] of ['shopfront', 'strongroom'].entries()) {
      const head = String(at + 1).repeat(40);
      await addApplication(tests, { name, head });
      const builder = scriptedBuilder(tests);
      const job = await builder.claim();
      await builder.complete(job, await builtResult(tests, { name, commits: [commitOf(head)] }));
    }
    token = (await tests.send('POST /principals', { body: { name: 'eve', role: 'viewer' } })).body.secret;
    await session.query(`insert into roles (id, name, display_name) values (gen_random_uuid(), 'nobody', 'Nobody')`);
    await session.query(`insert into teams (id, name, display_name) values
      (gen_random_uuid(), 'web', 'Web'), (gen_random_uuid(), 'data', 'Data')`);
    await session.query(`update applications set team_id = (select id from teams where teams.name =
      case applications.name when 'shopfront' then 'web' else 'data' end)`);
  });
  afterAll(() => tests.stop());

  /** Gives somebody a default role, and one in the team web or none. */
  const give = async (role: string, inTeam: string | null) => {
    const named = (name: string) => `(select id from roles where name = '${name}')`;
    await session.query(`update principals set default_role_id = ${named(role)} where name = 'eve'`);
    await session.query(`delete from memberships where principal_id = (select id from principals where name = 'eve')`);
    if (inTeam !== null)
      await session.query(`insert into memberships (team_id, principal_id, role_id)
        select t.id, p.id, ${named(inTeam)} from teams t, principals p where t.name = 'web' and p.name = 'eve'`);
  };

  /** Builds what somebody pushed of the shopfront. */
  const pushed = async (commit: string, settings: Readonly<Record<string, unknown>> = {}) => {
    await tests.send('POST /applications/shopfront/push-events', { body: { commit } });
    const builder = scriptedBuilder(tests);
    await builder.complete(
      await builder.claimBuild(),
      await builtResult(tests, { name: 'shopfront', commits: [commitOf(commit)], settings }),
    );
  };
  const letTokenWork = (works: boolean) =>
    session.query(
      `update api_tokens set expires_at = now() + $1::interval
       where principal_id = (select id from principals where name = 'eve')`,
      [works ? '1 day' : '-1 day'],
    );

  /** A stream of events as somebody reads it. */
  const listen = async () => {
    const response = await fetch(new URL('/api/v1/events', tests.server.url), {
      headers: { authorization: `Bearer ${token}` },
    });
    let text = '';
    const ended = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })();
    return { status: response.status, text: () => text, ended };
  };
  const until = async (done: () => boolean | Promise<boolean>) => {
    for (let looks = 0; looks < 300; looks += 1) {
      if (await done()) return;
      await pause(20);
    }
    throw new Error('it did not come to that');
  };
  const rename = async (application: string) => {
    const { headers } = await tests.send(`GET /applications/${application}`);
    const body = { displayName: `${application} ${Math.random()}` };
    await tests.send(`PATCH /applications/${application}`, { body, headers: { 'if-match': String(headers['etag']) } });
  };
  const keyOf = async (application: string): Promise<string> =>
    (await tests.send(`GET /applications/${application}`)).body.id;
  const planFor = async (as: string | undefined) => {
    const operations = [{ kind: 'deploy', application: 'shopfront', source: { kind: 'latest' } }];
    return tests.send('POST /plans', {
      body: { environment: 'production', operations },
      ...(as === undefined ? {} : { as }),
    });
  };

  it('is told of what somebody may list and of nothing else, and ends the stream within five seconds', async () => {
    await give('nobody', 'viewer');
    const stream = await listen();
    const [own, other] = [await keyOf('shopfront'), await keyOf('strongroom')];

    await rename('strongroom');
    await rename('shopfront');
    await until(() => stream.text().includes(own));
    const began = performance.now();
    await give('nobody', null);
    await stream.ended;

    expect(performance.now() - began).toBeLessThan(5000);
    expect(stream.text()).not.toContain(other);
    const again = await listen();
    expect(again.status).toBe(200);
    await rename('shopfront');
    await give('viewer', null);
    await again.ended;
    expect(again.text()).not.toContain(own);
  });

  it('ends what waits for news within five seconds, without the news', async () => {
    await give('nobody', 'operator');
    const { body: plan } = await planFor(token);
    const waiting = tests.send(`GET /plans/${plan.number}?after=${plan.revision}&wait=20`, { as: token });
    const began = performance.now();

    await give('nobody', null);
    const answer = await waiting;

    expect(performance.now() - began).toBeLessThan(5000);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it.each([
    ['their right', 'not-found', () => give('nobody', null)],
    ['their token', 'wrong-token', () => letTokenWork(false)],
  ] as const)('ends what waits for the log of a plan when %s is gone, without a word of it', async (_, code, take) => {
    await give('nobody', 'operator');
    const { body: plan } = await planFor(token);
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    await tests.send(`POST /plans/${plan.number}/schedule`, { as: token, body: { startAt } });
    await tests.send(`POST /plans/${plan.number}/start`, { as: token, body: {} });
    const waitingNow = async () => {
      const { body } = await tests.server.http.inject({ url: '/metrics', headers: { host: '127.0.0.1' } });
      return Number(/^almanac_event_readers (\d+)$/m.exec(body)?.[1]);
    };
    const before = await waitingNow();

    const waiting = tests.send(`GET /plans/${plan.number}/log?after=1000&wait=20`, { as: token });
    await until(async () => (await waitingNow()) > before);
    await take();

    const { body } = await waiting;
    await letTokenWork(true);

    expect(body.code).toBe(code);
    await tests.send(`POST /plans/${plan.number}/cancel`, { body: {} });
  });

  it('stops what was put off by somebody who may not have it any more, and says so', async () => {
    await give('nobody', 'operator');
    const { body: plan } = await planFor(token);
    const startAt = new Date(Date.now() + 1500).toISOString();
    await tests.send(`POST /plans/${plan.number}/schedule`, { as: token, body: { startAt } });
    const started = await tests.send(`POST /plans/${plan.number}/start`, { as: token, body: {} });
    expect(started).toMatchObject({ status: 200, body: { state: 'scheduled' } });

    await give('nobody', 'viewer');
    await until(async () => (await tests.send(`GET /plans/${plan.number}`)).body.state !== 'scheduled');

    const { body: ended } = await tests.send(`GET /plans/${plan.number}`);
    expect(ended).toMatchObject({ state: 'cancelled', startedAt: null });
    expect(ended.reason).toMatch(/^eve, who had it started, may not do that any more: deploy is needed for /);
  });

  it('lets a branch that they had followed make a draft, which is not started', async () => {
    await tests.send('POST /environments', { body: { name: 'following', displayName: 'F', type: 'production' } });
    await tests.send('POST /sites', { body: { name: 'island', environment: 'following' } });
    await session.query(`update environments set following = '{"kind": "application-branch"}',
      following_set_by = (select id from principals where name = 'eve') where name = 'following'`);
    await give('nobody', 'viewer');
    const commit = '9'.repeat(40);

    await pushed(commit);

    const { items } = (await tests.send('GET /plans?environment=following')).body;
    expect(items).toMatchObject([{ state: 'draft', origin: 'following', startedAt: null }]);
    expect(items[0].reason).toMatch(/^eve, who had it started, may not do that any more: deploy is needed for /);
    await session.query(`update environments set following = '{"kind": "none"}'`);
  });

  it('lets what is composed of differences and moments touch only what its author may deploy', async () => {
    await tests.send('POST /environments', { body: { name: 'later', displayName: 'L', type: 'production' } });
    await session.query(`insert into targets
      (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
      select e.id, b.application_id, b.id, gen_random_uuid(), '{}', '', gen_random_uuid(), now()
      from environments e, builds b where e.name = 'production' on conflict do nothing`);
    await give('nobody', 'operator');

    const composed = await tests.send('POST /plans', {
      as: token,
      body: { environment: 'later', differences: { from: 'production' } },
    });

    const names = (composed.body.operations as { application: { name: string } }[]).map(
      (each) => each.application.name,
    );
    expect(names).toEqual(['shopfront']);
    expect(JSON.stringify(composed.body)).not.toContain('strongroom');
  });

  it('hides a release of which only a part may be listed, from whoever may not change that part either', async () => {
    const versions = [];
    for (const application of ['shopfront', 'strongroom']) {
      const { items } = (await tests.send(`GET /applications/${application}/builds`)).body;
      const { body } = await tests.send(`POST /applications/${application}/versions`, {
        body: { build: items.at(-1).id, number: '1.0.0' },
      });
      versions.push({ application, number: body.number });
    }
    await tests.send('POST /releases', { body: { name: 'spring', content: { versions } } });
    await give('nobody', 'viewer');

    const hidden = await tests.send('DELETE /releases/spring', { as: token });
    const absent = await tests.send('DELETE /releases/summer', { as: token });

    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect(hidden.body.detail.replace('spring', 'summer')).toBe(absent.body.detail);
  });

  it('leaves out of differences what its author sees and may not deploy, and lets nobody deploy it by a release', async () => {
    await give('viewer', 'operator');
    const compose = (content: object) =>
      tests.send('POST /plans', { as: token, body: { environment: 'later', ...content } });

    const differing = await compose({ differences: { from: 'production' } });
    const released = await compose({ release: 'spring' });

    expect(differing.status).toBe(201);
    expect(differing.body.operations.map((each: { application: { name: string } }) => each.application.name)).toEqual([
      'shopfront',
    ]);
    const edited = await tests.send(`PATCH /plans/${differing.body.number}`, {
      as: token,
      body: { release: 'spring' },
      headers: { 'if-match': `"${differing.body.revision}"` },
    });
    expect([released, edited]).toMatchObject([
      { status: 403, body: { code: 'not-permitted' } },
      { status: 403, body: { code: 'not-permitted' } },
    ]);
  });

  it('takes of the differences what a team owns, where one is named', async () => {
    const composed = async (team: string) => {
      const { body } = await tests.send('POST /plans', {
        body: { environment: 'later', differences: { from: 'production', team } },
      });
      return body.operations?.map((each: { application: { name: string } }) => each.application.name);
    };

    expect([await composed('web'), await composed('data')]).toEqual([['shopfront'], ['strongroom']]);
    expect(await composed('nobody')).toBe(undefined);
  });

  it('leaves out of differences what its author may deploy here and not see there', async () => {
    await tests.send('POST /environments', { body: { name: 'rehearsal', displayName: 'R', type: 'staging' } });
    await session.query(`insert into roles (id, name, display_name, in_types)
      values (gen_random_uuid(), 'stages', 'Stages', '{"staging": ["list", "monitor", "deploy"]}')`);
    await give('viewer', 'stages');

    const composed = await tests.send('POST /plans', {
      as: token,
      body: { environment: 'rehearsal', differences: { from: 'production' } },
    });

    expect(composed).toMatchObject({ status: 409, body: { code: 'nothing-to-do' } });
  });

  it('puts into a release of what runs only what its author may change, and tells of it only where they may look', async () => {
    await give('viewer', 'operator');
    const autumn = await tests.send('POST /releases', {
      as: token,
      body: { name: 'autumn', content: { from: 'production' } },
    });
    await session.query(`insert into roles (id, name, display_name, in_types)
      values (gen_random_uuid(), 'changes', 'Changes', '{"staging": ["list", "change"]}')`);
    await give('nobody', 'changes');
    const winter = await tests.send('POST /releases', {
      as: token,
      body: { name: 'winter', content: { versions: [{ application: 'shopfront', number: '1.0.0' }] } },
    });

    expect([autumn, winter]).toMatchObject([{ status: 201 }, { status: 201 }]);
    expect(autumn.body.versions.map((each: { application: { name: string } }) => each.application.name)).toEqual([
      'shopfront',
    ]);
    expect(winter.body.environments).toMatchObject([{ environment: { name: 'rehearsal' } }]);
  });

  it('tells whoever sets a value nothing of the values in environments that they may not list', async () => {
    await pushed('8'.repeat(40), { PLACE: { default: 'x' } });
    const set = (environment: string, as?: string) =>
      tests.send('PUT /applications/shopfront/settings/PLACE', {
        body: { place: { environment, level: 'environment' }, value: `in ${environment}` },
        ...(as === undefined ? {} : { as }),
      });
    await set('production');
    await give('nobody', 'changes');

    const changed = await set('rehearsal', token);

    expect(changed.status).toBe(200);
    expect(changed.body.values.map((each: { value: string }) => each.value)).toEqual(['in rehearsal']);
  });

  it('restores nothing of an environment to what somebody may not list', async () => {
    await session.query(`insert into history
      (id, at, environment_id, application_id, application_name, kind, after_build_id, plan_id, plan_number, by_whom)
      select gen_random_uuid(), now() - interval '2 hours', e.id, a.id, a.name, 'deployed', gen_random_uuid(),
        gen_random_uuid(), 1, 'launcher' from environments e, applications a
      where e.name = 'later' and a.name = 'strongroom'`);
    await give('nobody', 'operator');

    const restored = await tests.send('POST /environments/later/restore', {
      as: token,
      body: { at: new Date(Date.now() - 3_600_000).toISOString() },
    });

    expect(restored.status).toBe(403);
    expect(JSON.stringify(restored.body)).not.toContain('strongroom');
  });

  it('takes no values of settings and no versions from whoever may deploy and not change', async () => {
    await session.query(`insert into roles (id, name, display_name, elsewhere)
      values (gen_random_uuid(), 'deploys', 'Deploys', '{list,monitor,deploy}')`);
    await give('nobody', 'deploys');
    const source = { kind: 'tag', number: '1.0.0', notes: '' };

    const tagging = await tests.send('POST /plans', {
      as: token,
      body: { environment: 'production', operations: [{ kind: 'deploy', application: 'shopfront', source }] },
    });

    expect(await planFor(token)).toMatchObject({ status: 201 });
    expect(tagging).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    expect(tagging.body.detail).toContain('change is needed');
  });
});
