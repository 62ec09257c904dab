import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { hashToken, newToken } from '#features/access';
import { addApplication, builtResult, commitOf, type ServerForTests, scriptedBuilder } from '../server-for-tests.ts';
import { matrixPrincipals, matrixRoles } from './principals-for-matrix.ts';

/** What a request can be about. */
export type Variant = 'own' | 'other team' | 'other environment' | 'deleted' | 'absent';
export const variants: readonly Variant[] = ['own', 'other team', 'other environment', 'deleted', 'absent'];

/** Names and keys by which requests mean something, by noun. */
export type Named = Readonly<Record<string, string>>;

/** How somebody comes: by a token, by the cookie of a session, or by nothing. */
export type Credential = Readonly<Record<string, string>>;

export interface MatrixEstate {
  readonly named: Readonly<Record<Variant, Named>>;
  readonly credentials: Readonly<Record<string, Credential>>;
}

/** Where the objects of a variant are. */
export const placeOf = {
  own: { application: 'shopfront', environment: 'production' },
  'other team': { application: 'strongroom', environment: 'production' },
  'other environment': { application: 'shopfront', environment: 'bunker' },
} as const;

/** Two applications of two teams in three environments, with one of everything in each place. */
export async function estateForMatrix(tests: ServerForTests): Promise<MatrixEstate> {
  const session = await tests.connect();
  for (const [name, type, promotesFrom] of [
    ['development', 'development', null],
    ['bunker', 'staging', 'development'],
    ['production', 'production', 'bunker'],
    ['torn-down', 'test', null],
  ] as const) {
    await made(tests, 'POST /environments', { name, displayName: name, type, promotesFrom });
    await made(tests, 'POST /sites', { name: `site-of-${name}`, environment: name });
  }
  for (const [at, name] of ['shopfront', 'strongroom', 'gone'].entries()) await addBuilt(tests, { name, at });
  await session.query(`insert into teams (id, name, display_name) values
    (gen_random_uuid(), 'web', 'Web'), (gen_random_uuid(), 'data', 'Data')`);
  await session.query(`update applications set team_id = (select id from teams where teams.name =
    case applications.name when 'shopfront' then 'web' else 'data' end)`);
  for (const { application, environment } of [
    ...Object.values(placeOf),
    { application: 'strongroom', environment: 'bunker' },
    { application: 'gone', environment: 'production' },
  ])
    await runs(session, { application, environment });
  await consumes(session);
  const present: Record<string, Named> = {};
  for (const [variant, place] of Object.entries(placeOf)) present[variant] = await objectsAt(tests, session, place);
  const gone = await objectsAt(tests, session, { application: 'gone', environment: 'production' });
  // As automation writes what kept it from starting one.
  await session.query(`insert into plan_log (plan_id, position, at, level, message)
    select id, 1000, now(), 'warning', 'not started: strongroom 1.0.0 does not have GET /silver' from plans`);
  await session.query(`delete from hotfixes where id = $1`, [gone['hotfix']]);
  await session.query(`delete from plans where id = $1`, [gone['plan']]);
  await session.query(`delete from targets where application_id = (select id from applications where name = 'gone')`);
  await tests.send(`DELETE /releases/${gone['release']}`);
  for (const path of ['/applications/gone', '/sites/site-of-torn-down', '/environments/torn-down'] as const) {
    const { headers } = await tests.send(`GET ${path}`);
    const answer = await tests.send(`DELETE ${path}`, { headers: { 'if-match': String(headers['etag']) } });
    if (answer.status !== 204) throw new Error(`${path} is not deleted: ${JSON.stringify(answer.body)}`);
  }
  const absent = Object.fromEntries(
    Object.keys(gone).map((noun) => [noun, /^[0-9a-f]{8}-/.test(gone[noun] ?? '') ? randomUUID() : `no-${noun}`]),
  );
  await sitesTell(session);
  const deleted = { ...gone, environment: 'torn-down', site: 'site-of-torn-down' };
  const named = { ...present, deleted, absent } as unknown as MatrixEstate['named'];
  return { named, credentials: await credentialsOf(tests, session) };
}

/** What agents said: how each application is, and that something came to pass with it. */
async function sitesTell(session: pg.Client): Promise<void> {
  const nothing = {
    message: null,
    running: null,
    progress: null,
    hold: null,
    rollout: null,
    drift: null,
    violations: null,
  };
  const application = JSON.stringify({ ...nothing, phase: 'healthy', modules: [], steps: [], traffic: [] });
  const site = JSON.stringify({
    gateway: { state: 'serving', frontPort: 8080, message: null },
    notices: [],
    disk: { freeBytes: 1, usedBytes: 0 },
    capabilities: { toolchains: [], connections: [], strategies: [] },
  });
  await session.query(
    `update sites set report = $1::jsonb || jsonb_build_object('applications', (
       select coalesce(jsonb_agg($2::jsonb || jsonb_build_object('operation', t.operation,
         'application', jsonb_build_object('id', a.id, 'name', a.name))), '[]')
       from targets t join applications a on a.id = t.application_id where t.environment_id = sites.environment_id))`,
    [site, application],
  );
  await session.query(
    `insert into site_occurrences (site_id, spool, number, kind, application, detail, by, at, received_at)
     select s.id, s.id, row_number() over (), 'rollout-failed', a.name, a.name || ' 1.0.0 did not start', 'agent', now(), now()
     from sites s join targets t using (environment_id) join applications a on a.id = t.application_id`,
  );
}

async function made(tests: ServerForTests, request: `POST /${string}`, body: unknown) {
  const answer = await tests.send(request, { body });
  if (answer.status >= 300) throw new Error(`${request}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function addBuilt(tests: ServerForTests, { name, at }: { readonly name: string; readonly at: number }) {
  const head = String(at + 1).repeat(40);
  await addApplication(tests, { name, head });
  const builder = scriptedBuilder(tests);
  const job = await builder.claim();
  await builder.complete(job, await builtResult(tests, { name, commits: [commitOf(head)] }));
}

/** As a plan that ended would leave it. */
async function runs(session: pg.Client, { application, environment }: Named | (typeof placeOf)['own']) {
  await session.query(
    `insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
     select e.id, a.id, b.id, gen_random_uuid(), '{}', '', gen_random_uuid(), now()
     from environments e, applications a join builds b on b.application_id = a.id
     where e.name = $1 and a.name = $2`,
    [environment, application],
  );
}

/** The shopfront consumes what the strongroom does not provide, so that findings have to mention it. */
async function consumes(session: pg.Client): Promise<void> {
  const build = (name: string) => `(select b.id from builds b join applications a on a.id = b.application_id
    where a.name = '${name}')`;
  await session.query(`insert into contract_documents (fingerprint, kind, elements) values
    ('${'a'.repeat(64)}', 'openapi', '[{"key": "GET /gold", "label": "GET /gold", "fingerprint": "${'b'.repeat(64)}"}]')`);
  await session.query(`insert into build_contracts (build_id, module, contract, fingerprint)
    values (${build('strongroom')}, 'web', 'valuables', '${'a'.repeat(64)}')`);
  await session.query(`insert into build_references (build_id, module, contract, element)
    values (${build('shopfront')}, 'web', 'valuables', 'GET /silver')`);
  // Whoever analyses reads anew what is said to have changed.
  await session.query(`insert into outbox (id, kind, subject) select gen_random_uuid(), 'target-changed',
    jsonb_build_object('environment', environment_id, 'application', application_id) from targets`);
}

/** Releases are called after nothing that somebody may not see. */
const releases = ['shopfront production', 'strongroom production', 'shopfront bunker', 'gone production'];

/** One of everything that an application has in an environment. */
async function objectsAt(
  tests: ServerForTests,
  session: pg.Client,
  place: { readonly application: string; readonly environment: string },
): Promise<Named> {
  const { application, environment } = place;
  const one = async (text: string): Promise<string> =>
    (await session.query(text, [application, environment])).rows[0].id;
  const build = await one(`select b.id from builds b join applications a on a.id = b.application_id
    where a.name = $1 and $2 <> ''`);
  await tests.send(`POST /applications/${application}/versions`, { body: { build, number: '1.0.0' } });
  const operations = [{ kind: 'deploy', application, source: { kind: 'latest' } }];
  const plan = await made(tests, 'POST /plans', { environment, operations });
  const release = await made(tests, 'POST /releases', {
    name: `release-${releases.indexOf(`${application} ${environment}`)}`,
    notes: '',
    content: { versions: [{ application, number: '1.0.0' }] },
  });
  const branch = `fix-${environment}`;
  const hotfix = await made(tests, `POST /applications/${application}/hotfixes`, { environment, branch, notes: '' });
  // One build is in quarantine once, wherever it runs.
  await session.query(
    `insert into quarantines (id, application_id, build_id, reason, created_by, created_at)
     select gen_random_uuid(), b.application_id, b.id, 'it was bad', 'launcher', now() from builds b
     join applications a on a.id = b.application_id where a.name = $1 on conflict do nothing`,
    [application],
  );
  const quarantine = await one(`select q.id from quarantines q join applications a on a.id = q.application_id
    where a.name = $1 and $2 <> ''`);
  const hold = await one(`insert into following_holds
    (id, environment_id, application_id, commit, build_id, plan_number, by_whom, at)
    select gen_random_uuid(), e.id, a.id, b.commit, b.id, 1, 'launcher', now()
    from environments e, applications a join builds b on b.application_id = a.id
    where a.name = $1 and e.name = $2 returning id`);
  const site = `site-of-${environment}`;
  return {
    application,
    environment,
    site,
    build,
    plan: plan.id,
    release: release.name,
    hotfix: hotfix.id,
    quarantine,
    hold,
  };
}

/** Makes whom the matrix asks for, as they are declared. */
async function credentialsOf(tests: ServerForTests, session: pg.Client): Promise<MatrixEstate['credentials']> {
  for (const { name, inTypes, elsewhere } of matrixRoles)
    await session.query(
      `insert into roles (id, name, display_name, in_types, elsewhere) values (gen_random_uuid(), $1, $1, $2, $3)`,
      [name, JSON.stringify(inTypes), elsewhere],
    );
  const credentials: Record<string, Credential> = {};
  for (const [at, [name, { given }]] of Object.entries(matrixPrincipals).entries()) {
    const token = newToken('alm_');
    const bearer = { authorization: `Bearer ${token}` };
    switch (given.kind) {
      case 'nobody':
        credentials[name] = {};
        break;
      case 'garbage':
        credentials[name] = { authorization: 'Bearer alm_made_of_thin_air_and_long_enough' };
        break;
      case 'builder':
        credentials[name] = { authorization: `Bearer ${tests.builder}` };
        break;
      case 'agent':
        credentials[name] = { authorization: `Bearer ${await agentToken(session)}` };
        break;
      case 'revoked':
        await addPrincipal(session, { name: `p${at}`, kind: 'service', role: 'administrator', token });
        await session.query('delete from api_tokens where token_hash = $1', [hashToken(token)]);
        credentials[name] = bearer;
        break;
      case 'expired':
      case 'deactivated': {
        await addPrincipal(session, { name: `p${at}`, kind: 'service', role: 'administrator', token });
        await session.query(
          given.kind === 'expired'
            ? `update api_tokens set expires_at = now() - interval '1 second' where token_hash = $1`
            : `update principals set active = false where id = (select principal_id from api_tokens where token_hash = $1)`,
          [hashToken(token)],
        );
        credentials[name] = bearer;
        break;
      }
      case 'user':
      case 'service':
        await addPrincipal(session, { name: `p${at}`, ...given, token });
        credentials[name] = given.kind === 'service' ? bearer : await cookieOf(session, `p${at}`);
        break;
    }
  }
  return credentials;
}

async function addPrincipal(
  session: pg.Client,
  given: {
    readonly name: string;
    readonly kind: 'user' | 'service';
    readonly role: string;
    readonly team?: readonly [string, string];
    readonly grant?: readonly [string, string];
    readonly token: string;
  },
): Promise<void> {
  const { name, kind, role, team, grant, token } = given;
  await session.query(
    `insert into principals (id, kind, name, display_name, default_role_id, created_at)
     select gen_random_uuid(), $1, $2, $2, id, now() from roles where roles.name = $3`,
    [kind, name, role],
  );
  const of = (table: string, values: readonly [string, string]) =>
    session.query(
      table === 'memberships'
        ? `insert into memberships (team_id, principal_id, role_id) select t.id, p.id, r.id from teams t, principals p, roles r
           where t.name = $1 and p.name = $2 and r.name = $3`
        : `insert into grants (application_id, principal_id, role_id) select a.id, p.id, r.id
           from applications a, principals p, roles r where a.name = $1 and p.name = $2 and r.name = $3`,
      [values[0], name, values[1]],
    );
  if (team !== undefined) await of('memberships', team);
  if (grant !== undefined) await of('grants', grant);
  await session.query(
    `insert into api_tokens (id, principal_id, name, prefix, token_hash, created_at)
     select gen_random_uuid(), id, 'of the matrix', 'alm_', $2, now() from principals where name = $1`,
    [name, hashToken(token)],
  );
}

async function cookieOf(session: pg.Client, name: string): Promise<Credential> {
  const token = newToken('als_');
  await session.query(
    `insert into sessions (id, token_hash, principal_id, created_at, last_seen_at, expires_at, proved_until, address, user_agent)
     select gen_random_uuid(), $2, id, now(), now(), now() + interval '1 hour', now() + interval '1 hour', '', '' from principals where name = $1`,
    [name, hashToken(token)],
  );
  return { cookie: `almanac-session=${token}`, 'sec-fetch-site': 'same-origin' };
}

async function agentToken(session: pg.Client): Promise<string> {
  const token = newToken('ala_');
  await session.query(
    `insert into artifact_tokens (token_hash, site_id, expires_at)
     select $1, id, now() + interval '1 hour' from sites where name = 'site-of-production'`,
    [hashToken(token)],
  );
  return token;
}
