import { setTimeout as pause } from 'node:timers/promises';
import { scimRoutes } from '@almanac/protocol';
import { type IdentityProviderProcess, startIdentityProvider } from '@almanac/testkit';
import type { InjectOptions } from 'fastify';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerSignIns } from './provider-sign-ins-for-tests.ts';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const publicUrl = 'http://127.0.0.1:7498';
const secret = 'a secret of the client';
const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('providers that send their people and groups', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let acme: IdentityProviderProcess;
  /** Tokens of the providers acme, which sends as Entra ID does, and second, which sends as Okta does. */
  const tokens = { acme: '', second: '' };

  beforeAll(async () => {
    acme = await startIdentityProvider({
      secret,
      accounts: {
        'key-of-ada': { name: 'Ada', preferred_username: 'ada', groups: [] },
        'key-of-dora': { name: 'Dora', preferred_username: 'dora', groups: ['chiefs'] },
        'key-of-eve': { name: 'Eve', preferred_username: 'eve', email: 'dora@example.com', groups: [] },
      },
      redirectUris: ['acme', 'second'].map((each) => `${publicUrl}/sign-in/callback/${each}`),
    });
    tests = await startServerForTests({ ALMANAC_PUBLIC_URL: publicUrl, ALMANAC_OUTBOUND_INTERNAL: '127.0.0.0/8' });
    database = await tests.connect();
    await database.query(`insert into teams (id, name, display_name) values (gen_random_uuid(), 'web', 'Web')`);
  });
  afterAll(async () => {
    await tests?.stop();
    await acme?.stop();
  });

  const signIns = () => providerSignIns(tests, publicUrl);
  const addProvider = async (name: string, arrival: object) => {
    const configuration = { kind: 'oidc', issuer: acme.issuer, clientId: 'almanac', scopes: ['profile', 'groups'] };
    await tests.send('POST /identity-providers', {
      body: { name, configuration, secrets: { clientSecret: secret }, arrival },
    });
  };
  const putIntoForce = async (name: string) => {
    await signIns().tryProvider(name, 'key-of-ada');
    expect((await tests.send(`POST /identity-providers/${name}/activate`, { body: {} })).status).toBe(200);
  };
  const scim = async (
    request: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`,
    options: {
      readonly body?: unknown;
      readonly as?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answered> => {
    const { body, as = tokens.acme, headers = {} } = options;
    const [method = 'GET', ...path] = request.split(' ');
    const answer = await tests.server.http.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url: `/scim/v2${path.join(' ')}`,
      headers: {
        host: '127.0.0.1',
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: answer.statusCode,
      body: answer.body === '' ? undefined : answer.json(),
      headers: answer.headers,
    };
  };
  const found = (what: string, filter: string, as = tokens.acme) =>
    scim(`GET /${what}?filter=${encodeURIComponent(filter)}`, { as });
  const patch = (path: `/${string}`, operations: unknown, as = tokens.acme) =>
    scim(`PATCH ${path}`, { as, body: { schemas: [patchUrn], Operations: operations } });
  /** As Entra ID makes a person. */
  const entraUser = (name: string, more: object = {}) => ({
    schemas: [userUrn, enterpriseUrn],
    externalId: `key-of-${name}`,
    userName: `${name}@example.com`,
    active: true,
    displayName: name,
    emails: [{ primary: true, type: 'work', value: `${name}@example.com` }],
    meta: { resourceType: 'User' },
    name: { formatted: `${name} of Acme`, familyName: 'Acme', givenName: name },
    roles: [],
    title: 'Engineer',
    [enterpriseUrn]: { department: 'Web' },
    ...more,
  });
  const account = async (name: string) =>
    (await tests.send('GET /principals?limit=200')).body.items.find((each: { name: string }) => each.name === name);
  const audited = async (action: string) => (await tests.send(`GET /audit?action=${action}`)).body.items;

  it('get a token once their provider is in force and says what people may do, and it is shown once', async () => {
    const make = (name: string) => tests.send(`POST /identity-providers/${name}/scim/tokens`, { body: {} });
    await addProvider('acme', {});
    expect(await make('acme')).toMatchObject({ status: 409, body: { code: 'wrong-state' } });
    await putIntoForce('acme');
    expect((await make('acme')).body.detail).toContain('almanac provider change acme --role');
    const { body: before } = await tests.send('GET /identity-providers/acme');
    await tests.send('PATCH /identity-providers/acme', {
      headers: { 'if-match': `"${before.revision}"` },
      body: {
        arrival: {
          defaultRole: 'viewer',
          mappings: [
            { group: 'object-of-web', role: 'developer', team: 'web' },
            { group: 'object-of-chiefs', role: 'administrator' },
          ],
        },
      },
    });
    await putIntoForce('acme');
    await addProvider('second', { defaultRole: 'viewer', mappings: [{ group: 'Web', role: 'deployer', team: 'web' }] });
    await putIntoForce('second');

    const [made, second] = [await make('acme'), await make('second')];

    expect(made).toMatchObject({
      status: 201,
      body: { secret: expect.stringMatching(/^scim_[\w-]{43}$/), replaced: false },
    });
    tokens.acme = made.body.secret;
    tokens.second = second.body.secret;
    expect(await make('acme')).toMatchObject({ status: 409 });
    const { body: sync } = await tests.send('GET /identity-providers/acme/scim');
    expect(sync).toMatchObject({ url: `${publicUrl}/scim/v2`, users: 0, groups: 0, tokens: [{ lastUsedAt: null }] });
    expect(JSON.stringify(sync)).not.toContain(made.body.secret);
    const { rows } = await database.query('select * from scim_tokens');
    expect(JSON.stringify(rows)).not.toContain(made.body.secret);
  });

  it('find all doors closed without a token for SCIM, and no other one open with it', async () => {
    const tester = (await tests.send('POST /principals', { body: { name: 'robot', role: 'administrator' } })).body
      .secret;
    const strangers = {
      nobody: null,
      administrator: tests.administrator,
      robot: tester,
      garbage: `scim_${'x'.repeat(43)}`,
    };
    const { rows: before } = await database.query('select count(*)::int as count from audit');
    for (const [operation, { method, path }] of Object.entries(scimRoutes))
      for (const as of Object.values(strangers)) {
        const answer = await scim(`${method} ${path.replace(':id', '0198c2a4-0000-7000-8000-000000000001') as '/'}`, {
          as,
          ...(method === 'GET' || method === 'DELETE' ? {} : { body: entraUser('x') }),
        });
        expect([operation, answer.status, answer.body?.schemas]).toEqual([
          operation,
          expect.toBeOneOf([401, 429]),
          [errorUrn],
        ]);
      }
    const { rows: after } = await database.query('select count(*)::int as count from audit');

    expect(after).toEqual(before);
    expect(await tests.send('GET /me', { as: tokens.acme })).toMatchObject({
      status: 401,
      body: { code: 'wrong-token' },
    });
    expect(await tests.send('GET /principals', { as: tokens.acme })).toMatchObject({ status: 401 });
    expect(await scim('GET /Passwords')).toMatchObject({ status: 404, body: { schemas: [errorUrn], status: '404' } });
    expect((await scim('GET /Users/../../api/v1/principals')).status).toBe(404);
  });

  it('learn what is spoken here', async () => {
    const { body: config } = await scim('GET /ServiceProviderConfig');
    const { body: schemas } = await scim('GET /Schemas');

    expect(config).toMatchObject({ patch: { supported: true }, bulk: { supported: false }, etag: { supported: true } });
    expect(schemas.Resources.map((each: { id: string }) => each.id)).toEqual([userUrn, groupUrn]);
    expect((await scim(`GET /Schemas/${userUrn}`)).body.attributes[0]).toMatchObject({
      name: 'userName',
      required: true,
    });
    expect((await scim('GET /ResourceTypes/Group')).body).toMatchObject({ endpoint: '/Groups', schema: groupUrn });
  });

  it('send as Entra ID does: look for somebody, make them, change them, put them into groups, take them out', async () => {
    expect((await found('Users', 'userName eq "dora@example.com"')).body).toMatchObject({
      totalResults: 0,
      Resources: [],
    });

    const made = await scim('POST /Users', { body: entraUser('dora') });

    const { id } = made.body;
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: 'W/"1"', location: `${publicUrl}/scim/v2/Users/${id}` },
      body: { userName: 'dora@example.com', active: true, groups: [], meta: { version: 'W/"1"' } },
    });
    // Nothing is kept that is not needed.
    expect(JSON.stringify(made.body)).not.toContain('Engineer');
    expect(await account('dora')).toMatchObject({ kind: 'user', role: 'viewer', displayName: 'dora', teams: [] });
    expect((await found('Users', 'USERNAME eq "DORA@example.com"')).body.Resources).toMatchObject([{ id }]);
    expect(await scim('POST /Users', { body: entraUser('dora') })).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    });

    await patch(`/Users/${id}`, [
      { op: 'Replace', path: 'displayName', value: 'Dora M' },
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'd@example.com' },
      { op: 'Replace', path: `${enterpriseUrn}:department`, value: 'Art' },
    ]);
    expect(await account('dora')).toMatchObject({ displayName: 'Dora M' });

    const group = await scim('POST /Groups', {
      body: {
        schemas: [groupUrn, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        externalId: 'object-of-web',
        displayName: 'Web',
      },
    });
    expect(group.status).toBe(201);
    const groupPath = `/Groups/${group.body.id}` as const;
    const member = [{ $ref: null, value: id }];
    expect(await patch(groupPath, [{ op: 'Add', path: 'members', value: member }])).toMatchObject({ status: 204 });
    expect(await account('dora')).toMatchObject({ role: 'viewer', teams: [{ name: 'web', role: 'developer' }] });
    expect((await scim(`GET ${groupPath}?excludedAttributes=members`)).body.members).toBeUndefined();
    expect((await scim(`GET ${groupPath}`)).body.members).toMatchObject([{ value: id, display: 'dora@example.com' }]);
    expect((await scim(`GET /Users/${id}?attributes=groups`)).body.groups).toMatchObject([{ display: 'Web' }]);
    const both = `id eq "${group.body.id}" and members[value eq "${id}"]`;
    expect((await found('Groups', both)).body).toMatchObject({ totalResults: 1 });

    // Groups of the key alone give something, never those that are only called like one.
    await scim('POST /Groups', {
      body: { displayName: 'object-of-chiefs', externalId: 'another', members: [{ value: id }] },
    });
    expect(await account('dora')).toMatchObject({ role: 'viewer' });
    await patch(groupPath, [{ op: 'Remove', path: 'members', value: member }]);
    expect(await account('dora')).toMatchObject({ teams: [] });
    await patch(groupPath, [{ op: 'Add', path: 'members', value: member }]);
    expect((await tests.send('GET /identity-providers/acme/scim')).body).toMatchObject({
      users: 1,
      activeUsers: 1,
      groups: 2,
      mappedGroups: 1,
    });
  });

  it('are the same people as those who sign in by the key that was sent, and by nothing else', async () => {
    const dora = await signIns().signIn('acme', 'key-of-dora');
    const eve = await signIns().signIn('acme', 'key-of-eve');

    // The sign-in calls her a chief; what the directory sends counts.
    expect(dora.body.principal).toMatchObject({
      name: 'dora',
      role: 'viewer',
      teams: [{ name: 'web', role: 'developer' }],
    });
    expect(eve).toMatchObject({ status: 403, body: { code: 'no-account' } });
  });

  it('cut every channel of whom they deactivate within five seconds, and let them in again', async () => {
    const dora = await signIns().signIn('acme', 'key-of-dora');
    const cookie = signIns().cookies(dora);
    const ownPage = { cookie, 'sec-fetch-site': 'same-origin' };
    const token = await tests.send('POST /api-tokens', { as: null, headers: ownPage, body: { name: 'mine' } });
    expect(token.status).toBe(201);
    const stream = await fetch(new URL('/api/v1/events', tests.server.url), { headers: { cookie } });
    const ended = (async () => {
      for await (const _ of stream.body ?? []);
    })();
    const [{ id }] = (await found('Users', 'externalId eq "key-of-dora"')).body.Resources;
    const began = performance.now();

    expect(await patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: 'False' }])).toMatchObject({
      status: 200,
      body: { active: false },
    });

    expect((await signIns().me(dora)).status).toBe(401);
    expect((await tests.send('GET /me', { as: token.body.secret })).status).toBe(401);
    expect(await signIns().signIn('acme', 'key-of-dora')).toMatchObject({ status: 403 });
    await Promise.race([ended, pause(5000).then(() => Promise.reject(new Error('the stream goes on')))]);
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await found('Users', 'active eq false')).body).toMatchObject({ totalResults: 1 });

    await patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: 'True' }]);
    expect((await signIns().signIn('acme', 'key-of-dora')).body.principal).toMatchObject({ teams: [{ name: 'web' }] });
    expect((await tests.send('GET /me', { as: token.body.secret })).status).toBe(401);
    // Whom somebody deactivated by hand, the directory does not activate.
    await tests.send('POST /principals/dora/deactivate', { body: {} });
    await patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: 'True' }]);
    expect((await scim(`GET /Users/${id}`)).body).toMatchObject({ active: false });
    await patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: false }]);
    await patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: true }]);
    expect(await account('dora')).toMatchObject({ active: false });
    await tests.send('POST /principals/dora/activate', { body: {} });
  });

  it('send as Okta does: whole people, groups by their names, and those who are gone', async () => {
    const as = tokens.second;
    const path =
      `/Users?filter=${encodeURIComponent('userName eq "olga@example.com"')}&startIndex=1&count=100` as const;
    expect((await scim(`GET ${path}`, { as })).body).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0 });
    const olga = {
      schemas: [userUrn],
      userName: 'olga@example.com',
      name: { givenName: 'Olga', familyName: 'Petrova' },
      emails: [{ primary: true, value: 'olga@example.com', type: 'work' }],
      displayName: 'Olga Petrova',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      groups: [],
      password: '1mz050nq',
      active: true,
    };
    const { body: made } = await scim('POST /Users', { as, body: olga });
    expect(JSON.stringify(made)).not.toContain('1mz050nq');
    const { body: group } = await scim('POST /Groups', {
      as,
      body: { schemas: [groupUrn], displayName: 'Web', members: [] },
    });
    await patch(
      `/Groups/${group.id}`,
      [{ op: 'add', path: 'members', value: [{ value: made.id, display: 'olga@example.com' }] }],
      as,
    );
    expect(await account('olga')).toMatchObject({ teams: [{ name: 'web', role: 'deployer' }] });

    const replaced = await scim(`PUT /Users/${made.id}`, {
      as,
      body: { ...made, name: { ...made.name, familyName: 'Ivanova' }, displayName: 'Olga Ivanova' },
    });
    expect(replaced).toMatchObject({
      status: 200,
      body: { name: { familyName: 'Ivanova' }, groups: [{ display: 'Web' }] },
    });
    await patch(`/Groups/${group.id}`, [{ op: 'replace', value: { id: group.id, displayName: 'Renamed' } }], as);
    expect(await account('olga')).toMatchObject({ displayName: 'Olga Ivanova', teams: [] });
    await patch(`/Groups/${group.id}`, [{ op: 'replace', value: { id: group.id, displayName: 'Web' } }], as);
    await patch(`/Groups/${group.id}`, [{ op: 'remove', path: `members[value eq "${made.id}"]` }], as);
    expect(await account('olga')).toMatchObject({ teams: [] });

    await patch(`/Users/${made.id}`, [{ op: 'replace', value: { active: false } }], as);
    expect(await account('olga')).toMatchObject({ active: false });
    expect(await scim(`DELETE /Users/${made.id}`, { as })).toMatchObject({ status: 204 });
    expect((await scim(`GET /Users/${made.id}`, { as })).status).toBe(404);
    // Who comes back has the same account, and the same key here.
    expect((await scim('POST /Users', { as, body: olga })).body).toMatchObject({ id: made.id, active: true });
    expect(await account('olga')).toMatchObject({ active: true });
    expect(await scim(`DELETE /Groups/${group.id}`, { as })).toMatchObject({ status: 204 });
  });

  it('reach nobody else: not those of another provider, not who was linked by hand, not the last administrator', async () => {
    const [{ id: dora }] = (await found('Users', 'externalId eq "key-of-dora"')).body.Resources;
    const as = tokens.second;
    expect((await found('Users', 'externalId eq "key-of-dora"', as)).body.totalResults).toBe(0);
    for (const method of ['GET', 'DELETE'] as const)
      expect((await scim(`${method} /Users/${dora}`, { as })).status).toBe(404);
    expect((await patch(`/Users/${dora}`, [{ op: 'replace', path: 'active', value: false }], as)).status).toBe(404);
    expect(
      await scim('POST /Groups', { as, body: { displayName: 'Thieves', members: [{ value: dora }] } }),
    ).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });

    await tests.send('POST /users', { body: { name: 'ada', role: 'viewer' } });
    await tests.send('POST /identity-providers/acme/identities', { body: { principal: 'ada', subject: 'key-of-ada' } });
    expect(await scim('POST /Users', { body: entraUser('ada') })).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    });
    // Nobody comes by the account that has the name of theirs.
    await scim('POST /Users', { body: entraUser('launcher') });
    expect(await account('launcher')).toMatchObject({ kind: 'service', role: 'administrator' });
    expect(await account('launcher-2')).toMatchObject({ kind: 'user', role: 'viewer' });

    const { body: chiefs } = await scim('POST /Groups', {
      body: { displayName: 'Chiefs', externalId: 'object-of-chiefs', members: [{ value: dora }] },
    });
    expect(await account('dora')).toMatchObject({ role: 'administrator' });
    await database.query(`update principals set active = false where name in ('launcher', 'robot')`);
    for (const tried of [
      () => patch(`/Users/${dora}`, [{ op: 'Replace', path: 'active', value: 'False' }]),
      () => scim(`DELETE /Users/${dora}`),
      () => patch(`/Groups/${chiefs.id}`, [{ op: 'Remove', path: 'members' }]),
      () => scim(`DELETE /Groups/${chiefs.id}`),
    ])
      expect(await tried()).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('nobody would be left') },
      });
    await database.query(`update principals set active = true where name in ('launcher', 'robot')`);
    expect(await account('dora')).toMatchObject({ role: 'administrator', active: true });
    expect((await scim(`DELETE /Groups/${chiefs.id}`)).status).toBe(204);
    expect(await account('dora')).toMatchObject({ role: 'viewer' });
  });

  it('change only what they have read, where they say what they have read', async () => {
    const { body: made } = await scim('POST /Users', { body: entraUser('vera') });
    const change = (ifMatch: string, displayName: string) =>
      scim(`PATCH /Users/${made.id}`, {
        headers: { 'if-match': ifMatch },
        body: { Operations: [{ op: 'replace', value: { displayName } }] },
      });

    expect(await change('W/"1"', 'V')).toMatchObject({ status: 200, headers: { etag: 'W/"2"' } });
    expect(await change('W/"1"', 'W')).toMatchObject({ status: 412 });
    expect(await change('"9", W/"2"', 'V')).toMatchObject({ status: 200, headers: { etag: 'W/"2"' } });
    expect((await scim(`GET /Users/${made.id}`, { headers: { 'if-none-match': 'W/"2"' } })).status).toBe(304);
    // Changes of nothing leave no entry.
    expect(
      (await audited('scim-user-changed')).filter((each: { subject: string }) => each.subject === 'principal:vera'),
    ).toHaveLength(1);
  });

  it.each([
    ['userName sw "ver" and not (displayName eq "W")', ['vera@example.com']],
    [
      'name.givenName co "ER" or emails[type eq "work" and value sw "launch"]',
      ['launcher@example.com', 'vera@example.com'],
    ],
    ['emails.value ew "%example.com"', []],
    ['displayName gt "u" and displayName le "v"', ['vera@example.com']],
    [
      'meta.lastModified gt "2020-01-01T00:00:00Z" and active eq true and name.familyName pr and userName ne "dora@example.com"',
      ['launcher@example.com', 'vera@example.com'],
    ],
    ['groups.display eq "web"', ['dora@example.com']],
    ['externalId eq "KEY-OF-VERA"', []],
    ['userName eq "\' or 1=1 --"', []],
  ])('find people by %s', async (filter, names) => {
    const { body } = await found('Users', filter);

    expect(body.Resources.map((each: { userName: string }) => each.userName).toSorted()).toEqual(names);
  });

  it('read long lists in pages', async () => {
    const page = async (query: string) => (await scim(`GET /Users?${query}`)).body;
    const all = await page('attributes=userName');

    expect(all.totalResults).toBe(3);
    expect(await page('startIndex=2&count=1')).toMatchObject({
      totalResults: 3,
      startIndex: 2,
      itemsPerPage: 1,
      Resources: [{ id: all.Resources[1].id }],
    });
    expect(await page('count=0')).toMatchObject({ totalResults: 3, itemsPerPage: 0 });
    expect(await page('startIndex=-5&count=-1')).toMatchObject({ startIndex: 1, itemsPerPage: 0 });
    expect(await page('startIndex=99')).toMatchObject({ totalResults: 3, Resources: [] });
  });

  it.each<[string, () => Promise<Answered>, number, string | undefined]>([
    ['a filter that is none', () => found('Users', 'userName eq'), 400, 'invalidFilter'],
    ['a filter by what is not kept', () => found('Users', 'title eq "x"'), 400, 'invalidFilter'],
    ['a filter by a password', () => found('Users', 'password sw "a"'), 400, 'invalidFilter'],
    ['a time that there is not', () => found('Users', 'meta.created gt "2026-99-99T00:00:00Z"'), 400, 'invalidFilter'],
    ['two filters', () => scim('GET /Users?filter=active%20pr&filter=active%20pr'), 400, 'invalidValue'],
    ['a page that is no number', () => scim('GET /Users?count=many'), 400, 'invalidValue'],
    ['no JSON', () => scim('POST /Users', { body: '{' }), 400, 'invalidSyntax'],
    ['a list', () => scim('POST /Users', { body: [] }), 400, 'invalidSyntax'],
    ['a key twice', () => scim('POST /Users', { body: '{"userName":"a","userName":"b"}' }), 400, 'invalidSyntax'],
    [
      'JSON that is too deep',
      () => scim('POST /Users', { body: `${'['.repeat(9)}${']'.repeat(9)}` }),
      400,
      'invalidSyntax',
    ],
    ['no key of the person', () => scim('POST /Users', { body: { userName: 'x' } }), 400, 'invalidValue'],
    [
      'a name that is an object',
      () => scim('POST /Users', { body: entraUser('x', { userName: {} }) }),
      400,
      'invalidValue',
    ],
    ['a NUL', () => scim('POST /Users', { body: entraUser('x', { displayName: 'a\u0000b' }) }), 400, 'invalidValue'],
    [
      'another key than before',
      async () =>
        patch(`/Users/${(await found('Users', 'userName eq "vera@example.com"')).body.Resources[0].id}`, [
          { op: 'replace', path: 'externalId', value: 'key-of-ada' },
        ]),
      400,
      'mutability',
    ],
    [
      'the name of somebody else',
      async () =>
        patch(`/Users/${(await found('Users', 'userName eq "vera@example.com"')).body.Resources[0].id}`, [
          { op: 'replace', path: 'userName', value: 'DORA@example.com' },
        ]),
      409,
      'uniqueness',
    ],
    ['a key that is none', () => scim("GET /Users/1'%20or%20'1'='1"), 404, undefined],
    [
      'another kind of body',
      () => scim('POST /Users', { body: '<user/>', headers: { 'content-type': 'application/xml' } }),
      415,
      undefined,
    ],
    [
      'a body that is too large',
      () => scim('POST /Users', { body: `{"a":"${'x'.repeat(1_100_000)}"}` }),
      413,
      'tooMany',
    ],
  ])('are refused %s, in the words of SCIM', async (_, send, status, scimType) => {
    const answer = await send();

    expect(answer).toMatchObject({
      status,
      body: { schemas: [errorUrn], status: String(status), detail: expect.any(String) },
    });
    expect(answer.body.scimType).toBe(scimType);
    expect(answer.headers['content-type']).toContain('application/scim+json');
  });

  it('get another token while the one before works on for a while, and none after the end', async () => {
    const old = tokens.acme;
    const { body: made } = await tests.send('POST /identity-providers/acme/scim/tokens/rotate', {
      body: { overlapHours: 1 },
    });
    expect((await scim('GET /Users?count=0', { as: old })).status).toBe(200);
    expect((await scim('GET /Users?count=0', { as: made.secret })).status).toBe(200);

    await database.query('update scim_tokens set expires_at = now() where replaced_at is not null');

    expect((await scim('GET /Users?count=0', { as: old })).status).toBe(401);
    const { body: sync } = await tests.send('GET /identity-providers/acme/scim');
    expect(sync.tokens).toMatchObject([{ id: made.id, lastUsedAt: expect.any(String), replaced: false }]);
    expect((await tests.send(`DELETE /identity-providers/second/scim/tokens/${made.id}`)).status).toBe(404);
    expect((await tests.send(`DELETE /identity-providers/acme/scim/tokens/${made.id}`)).status).toBe(204);
    expect((await scim('GET /Users?count=0', { as: made.secret })).status).toBe(401);
    expect((await audited('scim-token-rotated'))[0]).toMatchObject({ detail: { provider: 'acme', overlapHours: 1 } });
  });

  it('leave an entry in the audit for each change, in their own name', async () => {
    const created = await audited('scim-user-created');

    expect(created.map((each: { actor: string }) => each.actor)).toContain('scim of second');
    expect(created.find((each: { subject: string }) => each.subject === 'principal:dora')).toMatchObject({
      actor: 'scim of acme',
      detail: { provider: 'acme', externalSubject: 'key-of-dora', active: true },
    });
    expect(await audited('scim-user-deleted')).toMatchObject([{ subject: 'principal:olga' }]);
    expect((await audited('scim-group-changed')).length).toBeGreaterThan(4);
  });
});
