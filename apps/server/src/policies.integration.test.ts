import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addApplication, type ServerForTests, scriptedBuilder, startServerForTests } from './server-for-tests.ts';

const hash = (digit: string) => digit.repeat(40);
const production = { kind: 'environment', environment: 'production' } as const;
const twoPeople = 'approvals:\n  - { name: release desk, count: 2 }\n';

describe('policies', () => {
  let tests: ServerForTests;
  let session: Awaited<ReturnType<ServerForTests['connect']>> | undefined;
  const send: ServerForTests['send'] = (request, options) => tests.send(request, options);
  const set = (scope: object, policy: object, more: object = {}) =>
    send('PUT /policies', { body: { scope, policy, ...more } });

  beforeAll(async () => {
    tests = await startServerForTests();
    for (const [name, promotesFrom] of [
      ['quality', undefined],
      ['production', 'quality'],
    ])
      await send('POST /environments', { body: { name, displayName: name, type: 'test', promotesFrom } });
    await addApplication(tests, { name: 'orders', head: hash('f') });
  });
  afterAll(() => tests.stop());

  describe('in versions', () => {
    it('are listed by scope, and a change of one that was not seen is refused', async () => {
      expect((await set(production, { tests: true }, { after: 0 })).body).toMatchObject({ version: 1, origin: null });
      expect((await set(production, { tests: false }, { after: 1 })).body.version).toBe(2);
      await set({ kind: 'estate' }, { soak: 60 });

      expect(await set(production, { tests: true }, { after: 1 })).toMatchObject({
        status: 412,
        body: { code: 'revision-mismatch', detail: expect.stringContaining('version 2') },
      });
      const versions = async (query: string) =>
        (await send(`GET /policies?${query}`)).body.items.map((each: { version: number }) => each.version);
      expect(await versions('scope=environment&environment=production')).toEqual([2, 1]);
      expect(await versions('scope=estate')).toEqual([1]);
      expect(await versions('scope=path')).toEqual([]);
    });

    it('tell what is wrong with a calendar at its field', async () => {
      const window = { start: '2026-11-27T22:00', zone: 'Mars/Olympus', duration: 'PT4H', rule: 'FREQ=WEEKLY' };

      expect(await set(production, { windows: [{ ...window, zone: 'UTC' }, window] })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/policy/windows/1/zone', detail: expect.stringContaining('no time zone') }] },
      });
    });
  });

  describe('and their calendars', () => {
    const openings = (query: Readonly<Record<string, string>>) =>
      send(`GET /calendars/openings?${new URLSearchParams(query).toString()}`);

    it('are asked for their next openings', async () => {
      const { status, body } = await openings({
        start: '2020-01-03T22:00',
        zone: 'Europe/Berlin',
        duration: 'PT4H',
        rule: 'FREQ=WEEKLY;BYDAY=FR',
        count: '3',
      });

      expect(status).toBe(200);
      expect(body.openings).toHaveLength(3);
      for (const { from, until } of body.openings) {
        expect(new Date(from).getUTCDay()).toBe(5);
        expect(Date.parse(until) - Date.parse(from)).toBe(4 * 3_600_000);
        expect(Date.parse(until)).toBeGreaterThan(Date.now());
      }
    });

    it('tell at which field they cannot be used', async () => {
      expect(await openings({ start: '2020-01-03T22:00', zone: 'UTC', duration: '4 hours' })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/duration', detail: 'is an ISO 8601 duration such as PT4H or P2D' }] },
      });
    });
  });

  describe('in git', () => {
    const from = { kind: 'repository', repository: '/srv/policies', branch: 'main' };
    const follow = (body: object = {}) =>
      send('PUT /policies/following', { body: { scope: production, from, path: 'production.yaml', ...body } });
    const shown = async () => (await send('GET /environments/production/policy')).body;
    const inForce = async () =>
      (await shown()).policies.find((each: { scope: { kind: string } }) => each.scope.kind === 'environment');
    /** The builder looks at the repository, and finds this. */
    const look = async (result: object) => {
      session ??= await tests.connect();
      await session.query(`update followed_policies set polled_at = null`);
      const builder = scriptedBuilder(tests);
      for (;;) {
        const { job } = (await builder.post('/builders/claims', { builder: 'scripted', wait: 20 })).body;
        if (job === null) continue;
        const { rowCount } = await session.query('select from followed_policies where job_id = $1', [job.id]);
        await builder.complete(job, result);
        // A look that was asked for before nobody followed any more brings nothing.
        if (rowCount === 1) return job.work;
      }
    };
    const holds = (digit: string, text: string | null) => ({ kind: 'read', commit: hash(digit), text });

    beforeEach(async () => {
      for (const { id } of (await shown()).following) await send(`DELETE /policies/following/${id}`);
    });

    it('become the next version with the commit that they come from', async () => {
      const before = (await inForce()).version;
      expect(await follow()).toMatchObject({ status: 200, body: { commit: null, fault: null, branch: 'main' } });

      const work = await look(holds('a', twoPeople));

      expect(work).toEqual({
        kind: 'read',
        source: { repository: '/srv/policies', branch: 'main' },
        path: 'production.yaml',
        known: null,
      });
      expect(await inForce()).toMatchObject({
        version: before + 1,
        policy: { approvals: [{ name: 'release desk', count: 2 }] },
        changedBy: 'policies in git',
        origin: { repository: '/srv/policies', branch: 'main', path: 'production.yaml', commit: hash('a') },
      });
      expect((await shown()).following).toMatchObject([{ commit: hash('a'), fault: null, followedBy: 'launcher' }]);
    });

    it('stay in force where what comes next is wrong, and say what is wrong and where', async () => {
      await follow();
      await look(holds('a', twoPeople));
      const { version } = await inForce();

      await look(holds('b', 'aprovals: []\n'));

      expect((await inForce()).version).toBe(version);
      expect((await shown()).following).toMatchObject([
        {
          commit: hash('b'),
          fault: {
            detail: 'production.yaml has one fault',
            faults: [{ line: 1, column: 1, detail: 'unknown key aprovals: did you mean approvals?' }],
          },
        },
      ]);
      expect((await look(holds('b', null)))['known']).toBe(hash('b'));
      expect((await shown()).following[0].fault.detail).toBe('production.yaml has one fault');
      await look(holds('c', 'tests: true\n'));
      expect(await inForce()).toMatchObject({ version: version + 1, policy: { tests: true } });
      expect((await shown()).following[0].fault).toBeNull();
    });

    it('are not taken over with a character that no database keeps', async () => {
      await follow();
      const before = await inForce();

      await look(holds('d', 'approvals: [{ name: "a\\0b" }]'));

      expect(await inForce()).toEqual(before);
      expect((await shown()).following[0].fault.faults[0].detail).toContain('no text');
    });

    it('make no version of a commit that changes something else', async () => {
      await follow();
      await look(holds('a', twoPeople));
      const before = await inForce();

      await look(holds('e', `# two people\n${twoPeople}`));

      expect(await inForce()).toEqual(before);
      expect((await shown()).following[0].commit).toBe(hash('e'));
    });

    it('are looked for anew after a branch was missing', async () => {
      await follow();
      const fault = { outcome: 'failed', code: 'branch-missing', detail: '/srv/policies has no branch main' };
      await look({ kind: 'fault', fault });
      expect((await shown()).following).toMatchObject([{ commit: null, fault: { detail: fault.detail } }]);

      expect((await look(holds('a', twoPeople)))['known']).toBeNull();
      expect((await shown()).following[0].fault).toBeNull();
    });

    it('come from the repository of an application at its branch, and from another file when that is named', async () => {
      const first = await follow({ from: { kind: 'application', application: 'orders' } });
      const second = await follow({
        from: { kind: 'application', application: 'orders', branch: 'rules' },
        path: 'p.yaml',
      });

      expect(first.body).toMatchObject({ repository: '/srv/orders', branch: 'main', path: 'production.yaml' });
      expect(second.body).toMatchObject({ id: first.body.id, branch: 'rules', path: 'p.yaml', commit: null });
      expect((await shown()).following).toEqual([second.body]);
    });

    it('are set by hand only when nobody follows them any more', async () => {
      const { body } = await follow();

      expect(await set(production, {})).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('production.yaml in /srv/policies, branch main') },
      });
      expect((await set({ kind: 'path', environment: 'production' }, {})).status).toBe(200);
      expect((await send(`DELETE /policies/following/${body.id}`)).status).toBe(204);
      expect((await set(production, {})).status).toBe(200);
    });

    it.each([
      [{ path: '/etc/passwd' }, 422, 'inside the repository'],
      [{ path: '../policy.yaml' }, 422, 'inside the repository'],
      [{ from: { ...from, repository: 'ssh://host/policies' } }, 422, 'not supported'],
      [{ from: { kind: 'application', application: 'nothing' } }, 404, 'nothing'],
    ])('are not followed from %j', async (given, status, words) => {
      const refused = await follow(given);

      expect(refused).toMatchObject({ status, body: { detail: expect.stringContaining(words) } });
      expect((await shown()).following).toEqual([]);
    });

    it('are not taken over for whoever may not set them any more, until somebody gives that back', async () => {
      const { body: emil } = await send('POST /principals', { body: { name: 'emil', role: 'administrator' } });
      await send('PUT /policies/following', {
        as: emil.secret,
        body: { scope: production, from, path: 'production.yaml' },
      });
      await look(holds('a', twoPeople));
      const before = await inForce();
      const give = (role: string) =>
        session?.query(
          `update principals set default_role_id = (select id from roles where name = $1) where name = 'emil'`,
          [role],
        );

      await give('viewer');
      await look(holds('b', 'tests: true\n'));

      expect(await inForce()).toEqual(before);
      expect((await shown()).following).toMatchObject([
        { commit: hash('a'), fault: { detail: 'emil had this file followed, and may not set policies any more' } },
      ]);
      await give('administrator');
      await look(holds('b', 'tests: true\n'));
      expect(await inForce()).toMatchObject({ version: before.version + 1, policy: { tests: true } });
    });

    it('are followed by whoever manages environments, and by nobody else', async () => {
      const { body } = await send('POST /principals', { body: { name: 'dora', role: 'deployer' } });

      const refused = await send('PUT /policies/following', {
        as: body.secret,
        body: { scope: production, from, path: 'policy.yaml' },
      });

      expect(refused.status).toBe(403);
    });
  });
});
