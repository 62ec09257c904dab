import { builtInRoles } from '@almanac/domain';
import { routes } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const password = 'seven purple teapots';

describe('roles, teams and grants', () => {
  let tests: ServerForTests;
  const people: Record<string, string> = {};

  beforeAll(async () => {
    tests = await startServerForTests();
    for (const type of ['test', 'production'] as const)
      await tests.send('POST /environments', { body: { name: type, type } });
    await addApplication(tests, { name: 'shop', head: '1'.repeat(40) });
    for (const [name, role] of [
      ['dora', 'developer'],
      ['olga', 'operator'],
      ['lena', 'developer'],
    ] as const)
      people[name] = (await tests.send('POST /principals', { body: { name, role } })).body.secret;
  });
  afterAll(() => tests.stop());

  const etag = async (path: `/${string}`) => {
    const { headers } = await tests.send(`GET ${path}`);
    return { 'if-match': String(headers['etag']) };
  };
  const explain = async (name: string, environment: string, application = 'shop') =>
    (await tests.send(`GET /principals/${name}/access?environment=${environment}&application=${application}`)).body;

  it('are there from the start as the domain has them, and the administrator never changes', async () => {
    const { body } = await tests.send('GET /roles?limit=200');
    const found = body.items.filter((each: { builtIn: boolean }) => each.builtIn);

    for (const [name, preset] of Object.entries(builtInRoles)) {
      const { displayName, inTypes, elsewhere, rights } = preset;
      expect(found).toContainEqual(
        expect.objectContaining({ name, displayName, types: inTypes, elsewhere, rights, environments: {} }),
      );
    }
    expect(found).toHaveLength(Object.keys(builtInRoles).length);
    const headers = await etag('/roles/administrator');
    expect((await tests.send('PATCH /roles/administrator', { body: { elsewhere: [] }, headers })).status).toBe(403);
  });

  it('a team gives its members a role for what it owns, and a grant counts before it', async () => {
    await tests.send('POST /teams', { body: { name: 'web', displayName: 'Web shop' } });
    await tests.send('PUT /teams/web/members/dora', { body: { role: 'operator' } });
    expect((await explain('dora', 'production')).decision).toMatchObject({ kind: 'default', capabilities: ['list'] });

    await tests.send('PUT /applications/shop/team', { body: { team: 'web' } });

    const inTeam = await explain('dora', 'production');
    expect(inTeam.decision).toMatchObject({ kind: 'team', role: { name: 'operator' }, team: { name: 'web' } });
    expect(inTeam.decision.capabilities).toContain('deploy');
    expect(inTeam.decision.capabilities).not.toContain('access');
    expect(inTeam.decision.why).toContain('operator in the team web, which owns shop');

    await tests.send('PUT /applications/shop/grants/dora', { body: { role: 'auditor' } });

    const granted = await explain('dora', 'production');
    expect(granted.decision).toMatchObject({ kind: 'grant', capabilities: ['list', 'monitor'] });
    expect(granted.otherwise.map((each: { kind: string }) => each.kind)).toEqual(['team', 'default']);
    expect((await tests.send('DELETE /applications/shop/grants/dora')).status).toBe(204);
    expect((await explain('dora', 'production')).decision.kind).toBe('team');
  });

  it('change what somebody may do at their next request, on every node', async () => {
    const mayDeploy = async () =>
      (await tests.send('GET /me', { as: people['lena'] ?? null })).body.may.rights.includes('read-audit');
    expect(await mayDeploy()).toBe(false);

    await tests.send('PATCH /principals/lena', { body: { role: 'auditor' } });
    expect(await mayDeploy()).toBe(true);

    await tests.send('PATCH /principals/lena', { body: { role: 'developer' } });
    expect(await mayDeploy()).toBe(false);
  });

  it('show whom a change of a role concerns before it is made, and nobody else', async () => {
    await tests.send('POST /roles', { body: { name: 'web-role', elsewhere: ['list'] } });
    await tests.send('PUT /teams/web/members/olga', { body: { role: 'web-role' } });
    const body = { elsewhere: ['list'], types: { production: ['list', 'deploy'] } };

    const preview = (await tests.send('POST /roles/web-role/preview', { body })).body;

    expect(preview).toMatchObject({ total: 1, affected: [{ principal: { name: 'olga' } }] });
    expect(preview.affected[0].places).toEqual([
      {
        environment: expect.objectContaining({ name: 'production' }),
        application: expect.objectContaining({ name: 'shop' }),
        gained: ['deploy'],
        lost: [],
      },
    ]);
    expect((await explain('olga', 'production')).decision.capabilities).toEqual(['list']);
    const stale = await tests.send('PATCH /roles/web-role', { body, headers: { 'if-match': '"99"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'revision-mismatch' } });
    const changed = await tests.send('PATCH /roles/web-role', { body, headers: await etag('/roles/web-role') });
    expect(changed.body).toMatchObject({ revision: 2, types: { production: ['list', 'deploy'] } });
    expect((await explain('olga', 'production')).decision.capabilities).toEqual(['list', 'deploy']);
  });

  it('are not removed while anybody has them', async () => {
    const headers = await etag('/roles/web-role');
    expect(await tests.send('DELETE /roles/web-role', { headers })).toMatchObject({
      status: 409,
      body: { code: 'in-use' },
    });
    expect(await tests.send('DELETE /teams/web', { headers: await etag('/teams/web') })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('shop') },
    });
    await tests.send('DELETE /teams/web/members/olga');

    expect((await tests.send('DELETE /roles/web-role', { headers })).status).toBe(204);
  });

  describe('are given by somebody with limits', () => {
    beforeAll(async () => {
      await tests.send('POST /roles', {
        body: { name: 'keeper', elsewhere: ['list', 'monitor', 'change'], rights: ['manage-users'] },
      });
      await tests.send('POST /roles', {
        body: { name: 'team-lead', elsewhere: ['list', 'monitor', 'debug'], rights: ['manage-own-team'] },
      });
      people['kim'] = (await tests.send('POST /principals', { body: { name: 'kim', role: 'keeper' } })).body.secret;
      await tests.send('PUT /teams/web/members/lena', { body: { role: 'team-lead' } });
    });
    const as = (name: string, request: Parameters<ServerForTests['send']>[0], body?: unknown) =>
      tests.send(request, { as: people[name] ?? null, ...(body === undefined ? {} : { body }) });

    it.each([
      ['a default role', 'PATCH /principals/olga', { role: 'administrator' }],
      ['a new account', 'POST /principals', { name: 'mine', role: 'operator' }],
      ['a role that holds more', 'POST /roles', { name: 'more', elsewhere: ['deploy'] }],
      ['a role for later environments', 'POST /roles', { name: 'later', types: { staging: ['approve'] } }],
      ['a right', 'POST /roles', { name: 'auditing', rights: ['read-audit'] }],
      ['a place in a team', 'PUT /teams/web/members/olga', { role: 'operator' }],
      ['a grant', 'PUT /applications/shop/grants/olga', { role: 'operator' }],
      ['an application for a team that may more', 'PUT /applications/shop/team', { team: null }],
      ['their own role', 'PATCH /principals/kim', { role: 'viewer' }],
      ['an account that holds more, by a token', 'POST /principals/launcher/api-tokens', { name: 'mine' }],
      ['an account that holds more, by deactivating it', 'POST /principals/launcher/deactivate', {}],
    ] as const)('who does not give more than they hold: %s', async (_what, request, body) => {
      const before = (await tests.send('GET /principals?limit=200')).body;

      const answer = await as('kim', request, body);

      expect(answer).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
      expect((await tests.send('GET /principals?limit=200')).body).toEqual(before);
    });

    describe('who touch no account that holds more', () => {
      /** What is sent, and how it is answered for an account that holds less. */
      const touching: Readonly<Record<string, readonly [unknown, number]>> = {
        deactivatePrincipal: [{}, 200],
        activatePrincipal: [{}, 200],
        updatePrincipal: [{ displayName: 'Somebody else' }, 200],
        makePasswordLink: [{}, 201],
        createApiTokenFor: [{ name: 'mine' }, 409],
        revokeApiTokenOf: [undefined, 404],
        removeFactors: [{ kind: 'all' }, 200],
      };

      beforeAll(async () => {
        await tests.send('POST /roles', { body: { name: 'seer', elsewhere: ['list'] } });
        for (const [name, role] of [
          ['ada', 'administrator'],
          ['lesser', 'seer'],
        ])
          await tests.send('POST /users', { body: { name, role } });
      });

      it('by any route that changes one', () => {
        const there = Object.entries(routes)
          .filter(([, { path, method }]) => method !== 'GET' && path.startsWith('/principals/:principal'))
          .map(([name]) => name);

        expect(there.toSorted()).toEqual(Object.keys(touching).toSorted());
      });

      it.each(Object.entries(touching))('%s', async (name, [body, status]) => {
        const { method, path } = routes[name as keyof typeof routes];
        const request = (principal: string) => {
          const filled = path.replace(':principal', principal).replace(':id', crypto.randomUUID());
          return `${method} ${filled as '/'}` as const;
        };

        expect(await as('kim', request('ada'), body)).toMatchObject({
          status: 403,
          body: { code: 'not-permitted', detail: expect.stringContaining('ada holds') },
        });
        expect(await as('kim', request('lesser'), body)).toMatchObject({ status });
      });

      it('and lift no block of one: they could guess at it without end', async () => {
        const guess = (name: string) =>
          tests.send('POST /sessions', { as: null, body: { name, password: 'wrong guess' }, from: '192.0.2.77' });
        for (const name of ['ada', 'lesser']) for (let round = 0; round < 3; round++) await guess(name);
        const lift = (name: string) =>
          as('kim', 'POST /sign-in-blocks/lift', { scope: 'account-and-address', key: `${name} 192.0.2.77` });

        expect(await lift('ada')).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
        expect((await guess('ada')).status).toBe(429);
        expect((await lift('lesser')).status).toBe(204);
        expect((await as('kim', 'POST /sign-in-blocks/lift', { scope: 'address', key: '192.0.2.77' })).status).toBe(
          204,
        );
      });
    });

    it('who gives what they hold', async () => {
      expect((await as('kim', 'POST /roles', { name: 'looker', elsewhere: ['list'] })).status).toBe(201);
      expect((await as('kim', 'POST /users', { name: 'vic', role: 'looker' })).status).toBe(201);
    });

    it('who manages one team and no other', async () => {
      await tests.send('POST /teams', { body: { name: 'data' } });

      expect((await as('lena', 'PUT /teams/web/members/vic', { role: 'viewer' })).status).toBe(200);
      expect((await as('lena', 'PUT /teams/web/members/vic', { role: 'operator' })).status).toBe(403);
      expect((await as('lena', 'PUT /teams/data/members/vic', { role: 'viewer' })).status).toBe(403);
      expect((await as('lena', 'PUT /teams/web/members/lena', { role: 'viewer' })).status).toBe(403);
      expect((await as('olga', 'GET /teams/web')).status).toBe(403);
      expect((await as('lena', 'GET /teams/web')).body.manageable).toBe(true);
    });

    it('and never away from the last who manages the installation', async () => {
      people['rita'] = (
        await tests.send('POST /principals', { body: { name: 'rita', role: 'administrator' } })
      ).body.secret;
      expect((await as('rita', 'PATCH /principals/launcher', { role: 'viewer' })).status).toBe(200);
      const alone = await as('rita', 'POST /principals/rita/deactivate', {});
      expect(alone.status).toBe(403);
      await as('rita', 'PATCH /principals/launcher', { role: 'administrator' });
      const both = await Promise.all([
        tests.send('PATCH /principals/rita', { body: { role: 'viewer' } }),
        as('rita', 'PATCH /principals/launcher', { role: 'viewer' }),
      ]);
      expect(both.map((each) => each.status).filter((status) => status === 200)).toHaveLength(1);
      if (both[1].status === 200) await as('rita', 'PATCH /principals/launcher', { role: 'administrator' });
    });
  });

  it('of a service account come with tokens that are listed, added and revoked by who manages users', async () => {
    const added = await tests.send('POST /principals/olga/api-tokens', { body: { name: 'nightly', expiresInDays: 9 } });
    expect((await tests.send('GET /me', { as: added.body.secret })).body).toMatchObject({ name: 'olga' });
    const { body } = await tests.send('GET /principals/olga/api-tokens');
    expect(body.items.map((each: { name: string }) => each.name)).toContain('nightly');

    expect((await tests.send(`DELETE /principals/olga/api-tokens/${added.body.id}`)).status).toBe(204);

    expect((await tests.send('GET /me', { as: added.body.secret })).status).toBe(401);
  });

  it('end with the account on every way in, within five seconds', async () => {
    const invited = (await tests.send('POST /users', { body: { name: 'gone', role: 'viewer' } })).body;
    const done = await tests.send('POST /password', { as: null, body: { token: invited.link.token, password } });
    const cookie = String(done.headers['set-cookie']).split(';')[0] ?? '';
    const own = { as: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
    const token = (await tests.send('POST /api-tokens', { ...own, body: { name: 'mine' } })).body.secret;
    const stream = async (headers: Readonly<Record<string, string>>) => {
      const answer = await fetch(new URL('/api/v1/events', tests.server.url), { headers });
      expect(answer.status).toBe(200);
      return answer.text();
    };
    const streams = [stream({ cookie }), stream({ authorization: `Bearer ${token}` })];
    const began = performance.now();

    await tests.send('POST /principals/gone/deactivate', { body: {} });
    await Promise.all(streams);

    expect(performance.now() - began).toBeLessThan(5000);
    expect((await tests.send('GET /me', own)).status).toBe(401);
    expect((await tests.send('GET /me', { as: token })).status).toBe(401);
    const again = await tests.send('POST /sessions', { as: null, body: { name: 'gone', password } });
    expect(again.status).toBe(401);
  });

  it('stand in the audit with what was before and after', async () => {
    const { body } = await tests.send('GET /audit?limit=200');
    const entries = body.items.filter((each: { action: string }) =>
      ['role-changed', 'team-member-set', 'grant-set', 'application-owner-set'].includes(each.action),
    );

    expect(new Set(entries.map((each: { action: string }) => each.action)).size).toBe(4);
    for (const each of entries) expect(each).toMatchObject({ actor: expect.any(String), before: expect.any(String) });
  });
});
