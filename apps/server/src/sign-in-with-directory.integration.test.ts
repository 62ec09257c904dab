import {
  type DirectoryProcess,
  dnOf,
  groupLdif,
  hasDirectoryProgram,
  personLdif,
  startDirectory,
  directorySuffix as suffix,
} from '@almanac/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerSignIns } from './provider-sign-ins-for-tests.ts';
import { type Answered, type ServerForTests, startServerForTests } from './server-for-tests.ts';

const publicUrl = 'http://127.0.0.1:7499';
const ownPage = { 'sec-fetch-site': 'same-origin' };
const developers = `cn=developers,ou=groups,${suffix}`;
const people = ['ada', 'dora', 'carl', 'lena'].map((uid) => ({
  uid,
  cn: `${uid} of the directory`,
  mail: `${uid}@example.com`,
  password: `password of ${uid}`,
  classes: ['windowsAccount'],
}));

describe.skipIf(!hasDirectoryProgram())('sign-in with a directory (apt-get install slapd ldap-utils)', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let directory: DirectoryProcess;

  beforeAll(async () => {
    const entries = [...people.map(personLdif), groupLdif('developers', [dnOf('dora')])];
    [directory, tests] = await Promise.all([
      startDirectory(entries.join('\n')),
      startServerForTests({ ALMANAC_PUBLIC_URL: publicUrl, ALMANAC_OUTBOUND_INTERNAL: 'localhost' }),
    ]);
    database = await tests.connect();
  });
  afterAll(async () => {
    await tests?.stop();
    await directory?.stop();
  });

  const configuration = (changed: Readonly<Record<string, unknown>> = {}) => ({
    kind: 'ldap',
    server: directory.startTls,
    authority: directory.authority,
    bindDn: directory.reader.dn,
    people: { base: `ou=people,${suffix}`, filter: '(|(uid={name})(mail={name}))' },
    groups: { base: `ou=groups,${suffix}` },
    ...changed,
  });
  const signIn = (name: string, password: string, headers: Readonly<Record<string, string>> = ownPage) =>
    tests.send('POST /provider-sign-ins/complete', {
      as: null,
      body: { kind: 'form', provider: 'corp', name, password },
      headers,
    });
  const patch = async (body: unknown) => {
    const { body: found } = await tests.send('GET /identity-providers/corp');
    return tests.send('PATCH /identity-providers/corp', { body, headers: { 'if-match': `"${found.revision}"` } });
  };
  const tryIt = async (name: string, password: string) => {
    const begun = await tests.send('POST /identity-providers/corp/dry-runs', { body: {} });
    const body = { kind: 'form', provider: 'corp', name, password, dryRun: begun.body.dryRun };
    const ended = await tests.send('POST /provider-sign-ins/complete', { body });
    const { body: dryRuns } = await tests.send('GET /identity-providers/corp/dry-runs');
    return {
      begun,
      ended,
      dryRun: dryRuns.items[0],
      again: () => tests.send('POST /provider-sign-ins/complete', { body }),
    };
  };
  const putIntoForce = async () => {
    expect((await tryIt('ada', 'password of ada')).dryRun).toMatchObject({ outcome: 'succeeded' });
    expect(await tests.send('POST /identity-providers/corp/activate', { body: {} })).toMatchObject({ status: 200 });
  };
  const failures = async () =>
    (await tests.send('GET /audit?action=sign-in-failed&limit=50')).body.items.map(
      (each: { detail: { why: string } }) => each.detail.why,
    );
  const me = (answer: Answered) => providerSignIns(tests, publicUrl).me(answer);

  it('is kept with its password sealed, and not without encryption or beyond the policy of addresses', async () => {
    const create = (given: unknown, secrets: unknown = { bindPassword: directory.reader.password }) =>
      tests.send('POST /identity-providers', {
        body: { name: 'corp', displayName: 'Corp', configuration: given, secrets },
      });

    const refused = [
      await create(configuration({ server: 'http://localhost' })),
      await create(configuration({ server: 'ldaps://10.1.2.3' })),
      await create(configuration({ people: { base: `ou=people,${suffix}`, filter: '(uid=ada)' } })),
      await create(configuration({ people: { base: `ou=people,${suffix}`, filter: '(uid={name})', subject: 'mail' } })),
      await create(configuration(), { clientSecret: 'x' }),
    ];
    const created = await create(configuration());

    expect(refused.map((each) => each.status)).toEqual([422, 422, 422, 422, 422]);
    expect(refused[1]?.body.errors[0]).toMatchObject({ pointer: '/configuration/server' });
    expect(created).toMatchObject({
      status: 201,
      body: { kind: 'ldap', redirectUri: null, logoutUri: null, draft: { secrets: ['bindPassword'] } },
    });
    const stored = await database.query('select secrets::text as secrets from identity_provider_versions');
    expect(JSON.stringify([created.body, stored.rows])).not.toContain(directory.reader.password);
  });

  it('is shown by a try, which changes nothing and counts once', async () => {
    const wrong = await tryIt('ada', 'a guess');
    const { begun, ended, dryRun, again } = await tryIt('ada', 'password of ada');

    expect(wrong.dryRun).toMatchObject({ outcome: 'failed', problem: 'the password is wrong' });
    expect(begun.body.url).toBeNull();
    expect(ended).toMatchObject({ status: 201, body: { kind: 'tried', provider: 'corp' } });
    expect(dryRun).toMatchObject({
      outcome: 'succeeded',
      result: { name: 'ada', arrival: { kind: 'refused', why: 'no-account' }, recheck: 'directory', logout: false },
    });
    expect(JSON.stringify(dryRun)).not.toContain('password of');
    expect(await again()).toMatchObject({ status: 401, body: { code: 'provider-sign-in-failed' } });
    expect((await database.query('select 1 from external_identities')).rowCount).toBe(0);
    expect((await signIn('ada', 'password of ada')).status).toBe(404);
  });

  it('lets people in by their groups, as accounts that are theirs alone', async () => {
    await tests.send('POST /users', { body: { name: 'dora', role: 'viewer' } });
    await patch({
      arrival: {
        provisioning: 'mapped',
        defaultRole: 'viewer',
        mappings: [{ group: developers, role: 'developer' }],
      },
    });
    await putIntoForce();

    expect((await tests.send('GET /sign-in-providers', { as: null })).body.items).toEqual([
      { name: 'corp', displayName: 'Corp', manner: 'form' },
    ]);
    const done = await signIn('dora', 'password of dora');
    expect(done).toMatchObject({
      status: 201,
      body: {
        kind: 'signed-in',
        principal: { name: 'dora-2', displayName: 'dora of the directory', role: 'developer' },
      },
    });
    expect((await me(done)).body).toMatchObject({ name: 'dora-2' });
    expect((await signIn('dora@example.com', 'password of dora')).body.principal.name).toBe('dora-2');
    expect(await signIn('carl', 'password of carl')).toMatchObject({ status: 403, body: { code: 'no-account' } });
    expect(await signIn('dora', 'password of dora', { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(
      await tests.send('POST /provider-sign-ins', { as: null, body: { provider: 'corp' }, headers: ownPage }),
    ).toMatchObject({
      status: 422,
    });
  });

  it('answers everybody who is kept out the same, and tells the reason to the audit alone', async () => {
    await directory.change(`dn: ${dnOf('carl')}
changetype: modify
add: userAccountControl
userAccountControl: 514
`);
    const began = performance.now();
    const [soonest] = await Promise.all([
      signIn('nobody', 'a guess').then(() => performance.now() - began),
      signIn('ada', 'a guess'),
    ]);
    const said = await Promise.all([
      signIn('ada', 'a guess'),
      signIn('nobody', 'a guess'),
      signIn('carl', 'password of carl'),
      signIn('*', 'password of ada'),
    ]);

    expect(soonest).toBeGreaterThan(290);
    expect(new Set(said.map(({ status, body }) => JSON.stringify([status, body.code, body.detail]))).size).toBe(1);
    expect(said[0]).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });
    expect(await failures()).toEqual(
      expect.arrayContaining(['the password is wrong', 'nobody is found by this name', 'the account is disabled']),
    );
    for (const password of [undefined, '', null, ['x'], {}])
      expect((await signIn('ada', password as never)).status).toBe(422);
  });

  it('counts guesses by the person, whatever they call themselves, and before the directory hears of them', async () => {
    const names = ['lena', 'LENA', 'lena@example.com', 'lena@example.com', 'Lena@example.com', 'lena'];
    const statuses: number[] = [];
    for (const name of names) statuses.push((await signIn(name, 'a guess')).status);

    expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
    expect((await signIn('lena', 'password of lena')).status).toBe(429);
    const { rows } = await database.query(
      `select key, failures from sign_in_attempts where scope = 'account' and key like 'corp%lena%' order by key`,
    );
    expect(rows.map((each) => each.key)).toEqual(['corp:lena', 'corp:lena@example.com']);
    await database.query(`delete from sign_in_attempts`);
  });

  it('keeps the account of whom the directory renames, and ends the sessions of whom it disables', async () => {
    const done = await signIn('dora', 'password of dora');
    const recheck = () => providerSignIns(tests, publicUrl).recheckNow(database);
    await directory.change(`dn: ${dnOf('dora')}
changetype: modrdn
newrdn: uid=theodora
deleteoldrdn: 1
newsuperior: ou=people,${suffix}
`);
    await directory.change(`dn: ${developers}
changetype: modify
replace: member
member: ${dnOf('theodora')}
`);
    expect((await signIn('theodora', 'password of dora')).body.principal.name).toBe('dora-2');

    await directory.change(`dn: ${dnOf('theodora')}
changetype: modify
replace: userAccountControl
userAccountControl: 514
`);
    await recheck();
    await expect.poll(async () => (await me(done)).status, { timeout: 5000 }).toBe(401);
    expect((await signIn('theodora', 'password of dora')).status).toBe(401);
  });

  it('stays of its server and kind of key, and gives way to the configuration before when nobody can be asked', async () => {
    const other = await patch({ configuration: configuration({ server: 'ldaps://127.0.0.1' }) });
    const key = await patch({
      configuration: configuration({
        people: { base: `ou=people,${suffix}`, filter: '(uid={name})', subject: 'objectGUID' },
      }),
    });
    expect([other.status, key.status]).toEqual([422, 422]);

    await patch({ configuration: configuration({ server: directory.tls }) });
    await putIntoForce();
    // What was right when it was tried is wrong now.
    await directory.change(`dn: ${directory.reader.dn}
changetype: modify
replace: userPassword
userPassword: another
`);
    const said: unknown[] = [];
    for (let turn = 0; turn < 5; turn += 1) said.push((await signIn('ada', 'password of ada')).body.code);

    expect(new Set(said)).toEqual(new Set(['provider-sign-in-failed']));
    const { body } = await tests.send('GET /identity-providers/corp');
    expect(body.active.number).toBe(2);
    expect(
      (
        await database.query(
          `select 1 from sign_in_attempts where scope = 'account' and failures > 0 and key like 'corp:ada%'`,
        )
      ).rowCount,
    ).toBe(0);
  });
});
