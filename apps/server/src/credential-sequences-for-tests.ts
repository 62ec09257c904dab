import fc from 'fast-check';
import type pg from 'pg';
import { createAuthenticator } from './authenticator-for-tests.ts';
import type { ServerForTests } from './server-for-tests.ts';

const own = { origin: 'http://localhost:7400', party: 'localhost' };
const ownPage = { 'sec-fetch-site': 'same-origin' };
const names = ['una', 'dos', 'tres'] as const;
type Name = (typeof names)[number];

/** One way in that was opened, and whether it still ought to be open. */
interface Channel {
  readonly of: Name;
  readonly kind: 'session' | 'token';
  readonly headers: Readonly<Record<string, string>>;
  readonly id: string | undefined;
  readonly madeWith: Channel | undefined;
  open: boolean;
}

const steps = [
  'sign-in',
  'sign-in',
  'mint',
  'mint-child',
  'end-session',
  'revoke',
  'deactivate',
  'activate',
  'other-role',
  'lose-factors',
  'step-up',
  'five-minutes-pass',
  'half-an-hour-passes',
  'a-day-passes',
] as const;

const sequence = fc.array(fc.tuple(fc.constantFrom(...steps), fc.constantFrom(...names), fc.nat(99)), {
  minLength: 4,
  maxLength: 16,
});

/**
 * Draws sequences of what opens and ends ways in, and after each step asks every way that was ever opened: those that ended
 * answer nobody, and the others do what their owner may do now.
 *
 * @returns how many requests were made to look
 */
export async function runCredentialSequences(tests: ServerForTests, runs: number): Promise<number> {
  const database = await tests.connect();
  const keys = new Map<Name, ReturnType<typeof createAuthenticator>>();
  for (const name of names) keys.set(name, await join(tests, name));
  const { rows: passkeys } = await database.query('select * from passkeys');
  let looked = 0;
  await fc.assert(
    fc.asyncProperty(sequence, async (drawn) => {
      const world = await startAgain(tests, database, { keys, passkeys });
      for (const [step, name, pick] of drawn) {
        await world.take(step, name, pick);
        looked += await world.check(step);
      }
    }),
    { numRuns: runs },
  );
  return looked;
}

async function request(
  tests: ServerForTests,
  [method, path]: readonly ['GET' | 'POST' | 'DELETE' | 'PATCH', string],
  given: { readonly headers: Readonly<Record<string, string>>; readonly body?: object },
) {
  // Each from another address, so that limits of one address, which are tested elsewhere, stay out of it.
  const remoteAddress = `198.18.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`;
  const answer = await tests.server.http.inject({
    method,
    url: `/api/v1${path}`,
    remoteAddress,
    headers: { host: 'localhost', ...given.headers },
    ...(given.body === undefined ? {} : { payload: given.body }),
  });
  const cookies = answer.cookies.map((each) => `${each.name}=${each.value}`).join('; ');
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json(), cookies };
}

/** A person with a passkey alone; signing in by it takes no time. */
async function join(tests: ServerForTests, name: Name) {
  const { body: invited } = await tests.send('POST /users', { body: { name, role: 'viewer' } });
  const set = await request(tests, ['POST', '/password'], {
    headers: ownPage,
    body: { token: invited.link.token, password: 'seven purple teapots' },
  });
  const key = createAuthenticator(own);
  const headers = { ...ownPage, cookie: set.cookies };
  const options = (await request(tests, ['POST', '/me/passkeys/options'], { headers, body: {} })).body;
  await request(tests, ['POST', '/me/passkeys'], { headers, body: { name: 'key', response: key.create(options) } });
  return key;
}

async function startAgain(
  tests: ServerForTests,
  database: pg.Client,
  given: {
    readonly keys: ReadonlyMap<Name, ReturnType<typeof createAuthenticator>>;
    readonly passkeys: readonly Record<string, unknown>[];
  },
) {
  const administrate = (method: 'POST' | 'PATCH', path: string, body: object) =>
    request(tests, [method, path], { headers: { authorization: `Bearer ${tests.administrator}` }, body });
  await database.query('delete from sessions');
  await database.query(
    `delete from api_tokens where principal_id in (select id from principals where name = any($1))`,
    [[...names]],
  );
  await database.query('delete from passkeys');
  await database.query('insert into passkeys select * from jsonb_populate_recordset(null::passkeys, $1)', [
    JSON.stringify(given.passkeys.map((each) => ({ ...each, public_key: bytes(each['public_key']), counter: 0 }))),
  ]);
  const state = new Map<Name, { active: boolean; administrator: boolean; factor: boolean }>();
  for (const name of names) {
    await administrate('POST', `/principals/${name}/activate`, {});
    await administrate('PATCH', `/principals/${name}`, { role: 'viewer' });
    state.set(name, { active: true, administrator: false, factor: true });
  }
  const channels: Channel[] = [];
  const of = (name: Name) => {
    const found = state.get(name);
    if (found === undefined) throw new Error(`nobody is called ${name}`);
    return found;
  };
  const chosen = (kind: Channel['kind'], name: Name, pick: number) => {
    const all = channels.filter((each) => each.kind === kind && each.of === name && each.open);
    return all[pick % Math.max(1, all.length)];
  };
  const end = (which: (channel: Channel) => boolean) => {
    for (const channel of channels) if (which(channel)) channel.open = false;
    for (const channel of channels) if (channel.madeWith?.open === false) channel.open = false;
  };
  const shift = async (seconds: number) => {
    for (const [table, columns] of [
      ['sessions', ['last_seen_at', 'expires_at', 'proved_until']],
      ['api_tokens', ['expires_at', 'proved_until']],
    ] as const)
      for (const column of columns)
        await database.query(`update ${table} set ${column} = ${column} - make_interval(secs => $1)`, [seconds]);
  };
  const mint = async (name: Name, by: Channel) => {
    const made = await request(tests, ['POST', '/api-tokens'], {
      headers: by.headers,
      body: { name: 'drawn', expiresInDays: 1 },
    });
    if (made.status !== 201) return;
    channels.push({
      of: name,
      kind: 'token',
      headers: { authorization: `Bearer ${made.body.secret}` },
      id: made.body.id,
      madeWith: by.kind === 'token' ? by : undefined,
      open: true,
    });
  };
  const take = async (step: (typeof steps)[number], name: Name, pick: number): Promise<void> => {
    const person = of(name);
    const session = chosen('session', name, pick);
    const token = chosen('token', name, pick);
    if (step === 'sign-in') {
      const { body: options } = await request(tests, ['POST', '/passkey-challenges'], { headers: ownPage, body: {} });
      const entered = await request(tests, ['POST', '/sessions/passkey'], {
        headers: ownPage,
        body: { response: given.keys.get(name)?.prove(options) },
      });
      if ((entered.status === 201) !== (person.active && person.factor))
        throw new Error(`${name} ${entered.status === 201 ? 'came' : 'did not come'} in`);
      if (entered.status === 201)
        channels.push({
          of: name,
          kind: 'session',
          headers: { ...ownPage, cookie: entered.cookies },
          id: undefined,
          madeWith: undefined,
          open: true,
        });
    } else if (step === 'mint' && session !== undefined) await mint(name, session);
    else if (step === 'mint-child' && token !== undefined) await mint(name, token);
    else if (step === 'end-session' && session !== undefined) {
      await request(tests, ['DELETE', '/sessions/current'], { headers: session.headers });
      session.open = false;
    } else if (step === 'revoke' && token !== undefined && session !== undefined) {
      await request(tests, ['DELETE', `/api-tokens/${token.id}`], { headers: session.headers });
      end((each) => each === token);
    } else if (step === 'deactivate') {
      await administrate('POST', `/principals/${name}/deactivate`, {});
      person.active = false;
      end((each) => each.of === name);
    } else if (step === 'activate') {
      await administrate('POST', `/principals/${name}/activate`, {});
      person.active = true;
    } else if (step === 'other-role') {
      person.administrator = !person.administrator;
      await administrate('PATCH', `/principals/${name}`, { role: person.administrator ? 'administrator' : 'viewer' });
    } else if (step === 'lose-factors') {
      await administrate('POST', `/principals/${name}/remove-factors`, { kind: 'all' });
      person.factor = false;
      end((each) => each.of === name && each.kind === 'session');
    } else if (step === 'step-up' && session !== undefined && person.factor) await stepUp(name, session);
    else if (step === 'five-minutes-pass') await shift(300);
    else if (step === 'half-an-hour-passes') {
      await shift(1801);
      end((each) => each.kind === 'session');
    } else if (step === 'a-day-passes') {
      await shift(86_401);
      end(() => true);
    }
  };
  const stepUp = async (name: Name, session: Channel) => {
    const { body: options } = await request(tests, ['POST', '/passkey-challenges'], {
      headers: session.headers,
      body: {},
    });
    const proved = await request(tests, ['POST', '/me/proofs'], {
      headers: session.headers,
      body: { kind: 'passkey', response: given.keys.get(name)?.prove(options) },
    });
    if (proved.status !== 200) throw new Error(`${name} could not prove anything: ${JSON.stringify(proved.body)}`);
    session.open = false;
    channels.push({ ...session, headers: { ...ownPage, cookie: proved.cookies }, open: true });
  };
  const check = async (step: string): Promise<number> => {
    for (const channel of channels) {
      const me = await request(tests, ['GET', '/me'], channel);
      const audit = await request(tests, ['GET', '/audit?limit=1'], channel);
      const said = `after ${step}, a ${channel.kind} of ${channel.of} answers ${me.status} and ${audit.status}`;
      if ((me.status === 200) !== channel.open) throw new Error(said);
      if ((audit.status === 200) !== (channel.open && of(channel.of).administrator)) throw new Error(said);
    }
    return 2 * channels.length;
  };
  return { take, check };
}

/** As PostgreSQL writes bytes in JSON. */
function bytes(value: unknown): string {
  return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`;
}
