import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashToken, newToken } from '#features/access';
import { type SecondServer, startSecondServer } from './second-server-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const ownPage = { 'sec-fetch-site': 'same-origin' };
const mostMs = 5000;

/** Somebody with a session and a token, each of which reads a stream at each server. */
interface Reader {
  readonly name: string;
  readonly session: Readonly<Record<string, string>>;
  readonly token: { readonly id: string; readonly secret: string };
  readonly child: string;
}
type Credential = 'session' | 'token' | 'child';

/** Ends a right of a reader at one of the servers. */
type End = (reader: Reader, at: { readonly url: string; readonly database: pg.Client }) => Promise<unknown>;

describe('a stream of events, at any of two servers on one database', () => {
  let tests: ServerForTests;
  let database: pg.Client;
  let second: SecondServer;
  let readers = 0;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
    second = await startSecondServer(tests);
  });
  afterAll(async () => {
    await second.stop();
    await tests.stop();
  });

  const call = async (
    url: string,
    request: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`,
    { body, headers }: { readonly body?: object; readonly headers?: Readonly<Record<string, string>> } = {},
  ) => {
    const [method = '', path = ''] = request.split(' ');
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(headers ?? { authorization: `Bearer ${tests.administrator}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${request}: ${answer.status} ${text}`);
    return { body: text === '' ? undefined : JSON.parse(text) };
  };
  const join = async (): Promise<Reader> => {
    readers += 1;
    const name = `reader-${readers}`;
    // Signed in without a password: hashing so many would take most of the time.
    await database.query(
      `insert into principals (id, kind, name, display_name, default_role_id, created_at)
       select gen_random_uuid(), 'user', $1, $1, id, now() from roles where roles.name = 'viewer'`,
      [name],
    );
    const secret = newToken('als_');
    await database.query(
      `insert into sessions
         (id, token_hash, principal_id, created_at, last_seen_at, expires_at, proved_until, address, user_agent)
       select gen_random_uuid(), $2, id, now(), now(), now() + interval '1 hour', now() + interval '1 hour', '', ''
       from principals where name = $1`,
      [name, hashToken(secret)],
    );
    const session = { ...ownPage, cookie: `almanac-session=${secret}` };
    const made = await call(tests.server.url, 'POST /api-tokens', { headers: session, body: { name: 'a' } });
    const token = { id: made.body.id, secret: made.body.secret };
    const child = await call(tests.server.url, 'POST /api-tokens', {
      headers: { authorization: `Bearer ${token.secret}` },
      body: { name: 'made with a', expiresInDays: 1 },
    });
    return { name, session, token, child: child.body.secret };
  };
  const listen = async (url: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}/api/v1/events`, { headers });
    if (response.status !== 200) throw new Error(`a stream is answered with ${response.status}`);
    let isOpen = true;
    const ended = (async () => {
      for await (const _ of response.body ?? []);
    })().finally(() => {
      isOpen = false;
    });
    return { ended, isOpen: () => isOpen };
  };
  const headersOf = (reader: Reader, credential: Credential) => {
    if (credential === 'session') return reader.session;
    return { authorization: `Bearer ${credential === 'token' ? reader.token.secret : reader.child}` };
  };
  const within = async (stream: { readonly ended: Promise<void> }): Promise<number> => {
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, mostMs + 3000);
    });
    await Promise.race([stream.ended, late]);
    clearTimeout(timer);
    return performance.now() - began;
  };

  const shift = (table: 'sessions' | 'api_tokens', column: string, of: string): End => {
    return (reader, at) =>
      at.database.query(
        `update ${table} set ${column} = now() - interval '1 day'
         where principal_id = (select id from principals where name = $1) and ${of}`,
        [reader.name],
      );
  };
  const ends: readonly (readonly [name: string, of: readonly Credential[], end: End])[] = [
    [
      'somebody is deactivated',
      ['session', 'token', 'child'],
      ({ name }, { url }) => call(url, `POST /principals/${name}/deactivate`, { body: {} }),
    ],
    [
      'somebody gets another role',
      ['session', 'token', 'child'],
      ({ name }, { url }) => call(url, `PATCH /principals/${name}`, { body: { role: 'administrator' } }),
    ],
    [
      'somebody signs out',
      ['session'],
      ({ session }, { url }) => call(url, 'DELETE /sessions/current', { headers: session }),
    ],
    [
      'a session is ended by its list',
      ['session'],
      async ({ session }, { url }) => {
        const { body } = await call(url, 'GET /sessions', { headers: session });
        await call(url, `DELETE /sessions/${body.items[0].id}`, { headers: session });
      },
    ],
    ['a session rested too long', ['session'], shift('sessions', 'last_seen_at', 'true')],
    ['a session is at its end', ['session'], shift('sessions', 'expires_at', 'true')],
    [
      'factors are taken away',
      ['session'],
      ({ name }, { url }) => call(url, `POST /principals/${name}/remove-factors`, { body: { kind: 'all' } }),
    ],
    [
      'a token is revoked',
      ['token', 'child'],
      ({ session, token }, { url }) => call(url, `DELETE /api-tokens/${token.id}`, { headers: session }),
    ],
    [
      'a token is revoked by somebody else',
      ['token', 'child'],
      ({ name, token }, { url }) => call(url, `DELETE /principals/${name}/api-tokens/${token.id}`),
    ],
    ['a token is at its end', ['token'], shift('api_tokens', 'expires_at', 'parent_id is null')],
    [
      'a token is rotated, and the one before holds no longer',
      ['token'],
      ({ session, token }, { url }) =>
        call(url, `POST /api-tokens/${token.id}/rotate`, { headers: session, body: { overlapHours: 0 } }),
    ],
  ];

  it('is cut within five seconds after its right ended, whichever server ended it', async () => {
    const untouched = await join();
    const others = await Promise.all(
      [tests.server.url, second.url].map((url) => listen(url, headersOf(untouched, 'session'))),
    );
    const late: string[] = [];
    const cut: number[] = [];
    const one = async (
      [name, of, end]: (typeof ends)[number],
      { reader, at, where }: { readonly reader: Reader; readonly at: string; readonly where: string },
    ) => {
      const streams = await Promise.all(
        of.flatMap((credential) =>
          [tests.server.url, second.url].map(async (url) => ({
            name: `${name} at ${where}: the stream of its ${credential} at ${url === second.url ? 'the second' : 'the first'}`,
            stream: await listen(url, headersOf(reader, credential)),
          })),
        ),
      );
      await end(reader, { url: at, database });
      for (const [index, ms] of (await Promise.all(streams.map(({ stream }) => within(stream)))).entries())
        if (ms < mostMs) cut.push(ms);
        else late.push(`${streams[index]?.name} (${Math.round(ms)} ms)`);
    };

    const ways: Promise<void>[] = [];
    // Passwords are hashed a few at a time, so people come one after the other.
    for (const end of ends)
      for (const [at, where] of [
        [tests.server.url, 'the first'],
        [second.url, 'the second'],
      ] as const)
        ways.push(one(end, { reader: await join(), at, where }));
    await Promise.all(ways);

    expect(late).toEqual([]);
    expect(cut.length).toBeGreaterThan(60);
    expect(others.map((each) => each.isOpen())).toEqual([true, true]);
  }, 120_000);

  it('is cut within five seconds once its network is not allowed any more', async () => {
    const reader = await join();
    const streams = await Promise.all(
      (['session', 'token'] as const).flatMap((credential) =>
        [tests.server.url, second.url].map((url) => listen(url, headersOf(reader, credential))),
      ),
    );

    const { body: lists } = await tests.send('GET /allow-lists', { from: '10.1.2.3' });
    const changed = await tests.send('PATCH /allow-lists', {
      from: '10.1.2.3',
      headers: { 'if-match': `"${lists.revision}"` },
      body: { entrances: { console: ['10.0.0.0/8'], api: ['10.0.0.0/8'] } },
    });

    expect(changed.status).toBe(200);
    for (const ms of await Promise.all(streams.map(within))) expect(ms).toBeLessThan(mostMs);
  }, 60_000);
});
