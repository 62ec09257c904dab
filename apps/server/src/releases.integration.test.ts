import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

describe('a release', () => {
  let tests: ServerForTests;
  const builds: Record<string, string> = {};

  const build = async (application: string, digit: string) => {
    const builder = scriptedBuilder(tests);
    await tests.send(`POST /applications/${application}/builds`, { body: { commit: digit.repeat(40) } });
    const job = await builder.claim();
    await builder.complete(job, await builtResult(tests, { name: application, commits: [commitOf(digit.repeat(40))] }));
    return job.work.build as string;
  };
  const create = (name: string, content: unknown) => tests.send('POST /releases', { body: { name, content } });
  /** As if a plan had brought a build there. */
  const runs = async (application: string, environment: string) => {
    const session = await tests.connect();
    await session.query(
      `insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
       select e.id, a.id, $3, a.name, '{}', '', a.id, now() from environments e, applications a
       where e.name = $1 and a.name = $2
       on conflict (environment_id, application_id) do update set build_id = excluded.build_id`,
      [environment, application, builds[application]],
    );
  };

  beforeAll(async () => {
    tests = await startServerForTests();
    for (const [name, type] of [
      ['quality', 'test'],
      ['production', 'production'],
    ])
      await tests.send('POST /environments', { body: { name, displayName: name, type } });
    for (const [name, digit] of [
      ['catalog', 'a'],
      ['orders', 'b'],
    ] as const) {
      await addApplication(tests, { name, head: digit.repeat(40) });
      builds[name] = await build(name, digit);
      await runs(name, 'quality');
    }
    await tests.send('POST /applications/catalog/versions', { body: { build: builds['catalog'], number: '1.4.0' } });
  });
  afterAll(() => tests.stop());

  it('is not made of builds without a version: they have no name', async () => {
    expect(await create('spring', { from: 'quality' })).toMatchObject({
      status: 409,
      body: { code: 'build-not-usable', detail: expect.stringContaining('orders has no version') },
    });
    expect((await tests.send('GET /releases')).body.items).toEqual([]);
  });

  it('names what an environment runs, and says where it is', async () => {
    await tests.send('POST /applications/orders/versions', { body: { build: builds['orders'], number: '2.0.0' } });

    const { status, body } = await create('spring', { from: 'quality' });

    expect(status).toBe(201);
    expect(body.versions).toMatchObject([
      { application: { name: 'catalog' }, number: '1.4.0' },
      { application: { name: 'orders' }, number: '2.0.0' },
    ]);
    await runs('catalog', 'production');
    const shown = (await tests.send('GET /releases/spring')).body;
    expect(shown.environments).toMatchObject([
      { environment: { name: 'quality' }, running: 2 },
      { environment: { name: 'production' }, running: 1 },
    ]);
    expect(shown.cells).toHaveLength(3);
    expect(shown.cells).toContainEqual({
      application: shown.versions[0].application.id,
      environment: shown.environments[1].environment.id,
      build: expect.objectContaining({ id: builds['catalog'], version: '1.4.0' }),
    });
  });

  it('refuses versions that do not exist, an application twice, and a name that is taken', async () => {
    const catalog = { application: 'catalog', number: '1.4.0' };

    expect(await create('summer', { versions: [{ ...catalog, number: '9.0.0' }] })).toMatchObject({
      status: 404,
      body: { detail: 'catalog has no version 9.0.0' },
    });
    expect(await create('summer', { versions: [catalog, catalog] })).toMatchObject({ status: 422 });
    expect(await create('spring', { versions: [catalog] })).toMatchObject({
      status: 409,
      body: { code: 'name-taken' },
    });
    expect(await create('summer', { from: 'production', versions: [catalog] })).toMatchObject({ status: 422 });
    expect((await tests.send('GET /releases')).body.items).toHaveLength(1);
  });

  it('lists the newest first, page by page, and goes without its versions', async () => {
    await create('summer', { versions: [{ application: 'catalog', number: '1.4.0' }] });

    const first = await tests.send('GET /releases?limit=1');
    const second = await tests.send(`GET /releases?limit=1&cursor=${first.body.next}`);

    expect([first, second].map((each) => each.body.items[0].name)).toEqual(['summer', 'spring']);
    expect(second.body.next).toBeNull();
    expect(await tests.send('DELETE /releases/summer')).toMatchObject({ status: 204 });
    expect(await tests.send('GET /releases/summer')).toMatchObject({ status: 404 });
    expect((await tests.send('GET /applications/catalog/versions')).body.items).toHaveLength(1);
  });

  it('has a cursor of its own: another list refuses it', async () => {
    await create('autumn', { versions: [{ application: 'catalog', number: '1.4.0' }] });
    const { next } = (await tests.send('GET /releases?limit=1')).body;
    await tests.send('DELETE /releases/autumn');

    for (const list of ['environments', 'policies', 'freezes', 'quarantines'])
      expect(await tests.send(`GET /${list}?cursor=${next}`)).toMatchObject({
        status: 422,
        body: { code: 'invalid-cursor' },
      });
  });

  describe('as what a plan is composed of', () => {
    const plan = (body: object) => tests.send('POST /plans', { body: { environment: 'production', ...body } });
    const names = (answer: { readonly body: { readonly operations: readonly { application: { name: string } }[] } }) =>
      answer.body.operations.map((each) => each.application.name);

    it('brings what does not run there yet, and is remembered by its plan, also when that is reused', async () => {
      const composed = await plan({ release: 'spring' });

      expect(composed).toMatchObject({ status: 201, body: { release: { name: 'spring' }, origin: 'composed' } });
      expect(names(composed)).toEqual(['orders']);
      expect(composed.body.operations[0].after.version).toBe('2.0.0');
      const reused = await tests.send(`POST /plans/${composed.body.number}/reuse`, {
        body: { environment: 'quality' },
      });
      expect(reused.body.release).toEqual(composed.body.release);
      expect((await tests.send(`GET /plans/${composed.body.number}/report.html`)).body).toContain('spring');
    });

    it('goes together with what is said of single applications', async () => {
      const other = await plan({
        release: 'spring',
        operations: [
          { kind: 'leave', application: 'orders' },
          { kind: 'deploy', application: 'catalog', source: { kind: 'version', number: '1.4.0' } },
        ],
      });

      expect(names(other)).toEqual(['catalog']);
    });

    it('takes the place of what a draft contained, and is forgotten when that is edited again', async () => {
      const { body } = await plan({
        operations: [{ kind: 'deploy', application: 'catalog', source: { kind: 'version', number: '1.4.0' } }],
      });
      const edit = (changes: object) => tests.send(`PATCH /plans/${body.number}`, { body: changes });

      const edited = await edit({ release: 'spring' });
      expect(names(edited)).toEqual(['orders']);
      expect(edited.body.release.name).toBe('spring');
      expect((await edit({ notes: 'for spring' })).body.release.name).toBe('spring');
      const again = await edit({
        operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'latest' } }],
      });
      expect(again.body.release).toBeNull();
    });

    it('refuses one that does not exist, one that is there already, and one beside differences', async () => {
      const before = (await tests.send('GET /plans')).body.items.length;

      expect(await plan({ release: 'autumn' })).toMatchObject({
        status: 404,
        body: { detail: 'there is no release autumn' },
      });
      expect(await plan({ environment: 'quality', release: 'spring' })).toMatchObject({
        status: 409,
        body: { code: 'nothing-to-do', detail: 'quality runs all that is to come of release spring already' },
      });
      expect(await plan({ release: 'spring', differences: { from: 'quality' } })).toMatchObject({ status: 422 });
      expect((await tests.send('GET /plans')).body.items.length).toBe(before);
    });

    it('refuses one whose application or build is gone, naming each; the release still says what it named', async () => {
      const session = await tests.connect();
      await session.query(
        `delete from targets where application_id = (select id from applications where name = 'orders')`,
      );
      const { body: orders } = await tests.send('GET /applications/orders');
      await tests.send('DELETE /applications/orders', { headers: { 'if-match': `"${orders.revision}"` } });
      await session.query(`update builds set state = 'failed' where id = $1`, [builds['catalog']]);

      const refused = await plan({ environment: 'production', release: 'spring' });

      expect(refused).toMatchObject({
        status: 409,
        body: {
          code: 'build-not-usable',
          errors: [
            { pointer: '/release', detail: 'the build of catalog 1.4.0 is gone' },
            { pointer: '/release', detail: 'there is no application orders any more' },
          ],
        },
      });
      expect((await tests.send('GET /releases/spring')).body.versions).toMatchObject([
        { application: { name: 'catalog' }, number: '1.4.0', build: null },
        { application: { name: 'orders' }, number: '2.0.0', build: null },
      ]);
    });

    it('is told by its name on plans of before when it is removed', async () => {
      await tests.send('DELETE /releases/spring');

      const { items } = (await tests.send('GET /plans')).body;
      expect(items.map((each: { release: unknown }) => each.release)).toContainEqual({ id: null, name: 'spring' });
    });
  });
});
