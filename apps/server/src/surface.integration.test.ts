import { once } from 'node:events';
import { connect } from 'node:net';
import { type Route, routes } from '@almanac/protocol';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

let tests: ServerForTests;
beforeAll(async () => {
  tests = await startServerForTests({
    ALMANAC_PUBLIC_URL: 'https://almanac.example.com',
    ALMANAC_REQUESTS_PER_MINUTE: '60',
    ALMANAC_UNKNOWN_REQUESTS_PER_MINUTE: '60',
  });
  await addApplication(tests, { name: 'orders', head: 'a'.repeat(40) });
});
afterAll(() => tests.stop());

const operations = Object.entries<Route>(routes);
/** Names that exist, and a key that does not. */
const pathOf = (route: Route) =>
  `/api/v1${route.path.replace(/:(\w+)/g, (_, name: string) => known[name] ?? '0198c2a4-0000-7000-8000-000000000001')}`;
const known: Readonly<Record<string, string>> = {
  application: 'orders',
  environment: 'development',
  principal: 'launcher',
};

/** A request from elsewhere, or from this machine. */
const inject = (input: {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
  readonly remoteAddress?: string;
}) =>
  tests.server.http.inject({
    ...input,
    method: input.method as 'GET',
    headers: { host: '127.0.0.1', authorization: `Bearer ${tests.administrator}`, ...input.headers },
  });

/** What a server says to bytes that no client library would send. */
async function answerTo(text: string): Promise<string> {
  const { port } = tests.server.http.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.end(text, 'latin1');
  await once(socket, 'close');
  return answer;
}

describe('a body', () => {
  const spellings = [
    '',
    ' ',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'application/json+x',
    'application/vnd.api+json',
    'application/*',
    '*/*',
    'application',
    'application/',
    '/json',
    'json',
    'application/json,text/plain',
    'application/json, application/json',
    'text/plain, application/json',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'application/json; charset=utf-7',
    'application/json;charset=',
    'application/json;',
    'application/json; ;',
    'application/json;boundary=x',
    'application/json; charset=utf-8; x=y',
    'application/json x',
    'application/json\tx',
    'application /json',
    'application/ json',
    ' application/json',
    'application/json\u00a0',
    'application/json\u0000',
    'application\\json',
    'application/json#',
    'application/json?',
    'application/json/',
    '"application/json"',
    "'application/json'",
    'application/json"',
    'application/json;charset="utf-8',
    'application/json;charset=utf-8"',
    'application/json;q=1',
    'application/json+json',
    'application/reports+json',
    'application/csp-report',
    'text/html',
    'text/xml',
    'application/xml',
    'image/png',
    'application/javascript',
    'application/x-json',
    'application/json5',
    'application/ld+json',
    'application/problem+json',
    'application/graphql',
    'application/protobuf',
    'multipart/mixed',
    'message/http',
    'application/json%20',
    'аpplication/json',
  ];

  it('of any other kind than its route takes never reaches it', async () => {
    const answers = new Set<string>();
    expect(new Set(spellings).size).toBeGreaterThanOrEqual(60);
    for (const [name, route] of operations.filter(([, { method, raw }]) => method !== 'GET' && raw !== 'request'))
      for (const spelling of spellings) {
        const { statusCode } = await inject({
          method: route.method,
          url: pathOf(route),
          headers: { 'content-type': spelling },
          payload: '{"name":"x"}',
        });
        // What can be guessed at says "too many" first, after twenty tries.
        if (statusCode !== 415 && statusCode !== 429) answers.add(`${name} ${JSON.stringify(spelling)} ${statusCode}`);
      }

    expect([...answers]).toEqual([]);
  });

  it.each([
    ['{"name":"a","name":"b"}', /stands twice/],
    ['{"name":"a","__proto__":{"administrator":true}}', /__proto__/],
    [`{"name":${'['.repeat(40)}${']'.repeat(40)}}`, /nested deeper than 32/],
    [`{"name":[${'1,'.repeat(10_001)}1]}`, /more than 10000/],
    [`{"name":"${'x'.repeat(256 * 1024 + 1)}"}`, /longer than 262144/],
    ['{"name":"\u0000', /not JSON/],
    ['{"name":"\u00ff', /not JSON|not UTF-8/],
    ['{"name":"a","administrator":true}', /nrecognized|administrator/],
  ])('that could be read in two ways or costs too much is refused: %.30s', async (payload, detail) => {
    const answer = await inject({
      method: 'POST',
      url: '/api/v1/releases',
      headers: { 'content-type': 'application/json' },
      payload,
    });

    expect([answer.statusCode, answer.body]).toEqual([422, expect.stringMatching(detail)]);
    expect(({} as Record<string, unknown>)['administrator']).toBeUndefined();
  });

  it('of more than a megabyte is refused', async () => {
    const payload = JSON.stringify({ names: Array(5000).fill('x'.repeat(250)) });
    const answer = await inject({
      method: 'POST',
      url: '/api/v1/releases',
      headers: { 'content-type': 'application/json' },
      payload,
    });

    expect([answer.statusCode, answer.json().code]).toEqual([413, 'too-large']);
  });
});

describe('a request', () => {
  it.each(['TRACE', 'OPTIONS', 'PROPFIND', 'PURGE', 'SEARCH', 'M-SEARCH', 'LOCK'])(
    'with the method %s is refused',
    async (method) => {
      const answer = await answerTo(`${method} /api/v1/setup HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);

      expect(answer).toMatch(/^HTTP\/1\.1 405 [\s\S]*\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n/i);
    },
  );

  it.each([
    ['a length twice over', 'Content-Length: 3\r\nTransfer-Encoding: chunked', 400],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4', 400],
    ['an unknown coding', 'Transfer-Encoding: xchunked', 400],
    ['a header over two lines', 'X-Folded: a\r\n b', 400],
    ['too many headers', Array.from({ length: 101 }, (_, at) => `X-${at}: 1`).join('\r\n'), 431],
    ['headers that are too long', `X-Long: ${'x'.repeat(17_000)}`, 431],
    ['another name of this server', 'Host: evil.example', 421],
    ['no name of this server', 'X-Host: 127.0.0.1', 400],
  ])('with %s is refused', async (_, headers, status) => {
    const host = /^(Host|X-Host)/.test(headers) ? '' : 'Host: 127.0.0.1\r\n';
    const answer = await answerTo(`GET /api/v1/setup HTTP/1.1\r\n${host}${headers}\r\nConnection: close\r\n\r\n`);

    expect(Number(answer.slice(9, 12))).toBe(status);
  });

  it('with an address that is too long is refused', async () => {
    expect((await inject({ method: 'GET', url: `/api/v1/setup?x=${'x'.repeat(8200)}` })).statusCode).toBe(414);
  });

  it('that only reads changes nothing', async () => {
    const session = await tests.connect();
    const reads = operations.filter(([name, { method }]) => method === 'GET' && name !== 'streamEvents');
    const before = await digestsOf(session);
    for (const [, route] of reads)
      await inject({ method: 'GET', url: pathOf(route), headers: { 'sec-fetch-site': 'cross-site' } });

    expect(reads.length).toBeGreaterThan(50);
    expect(await digestsOf(session)).toEqual(before);
  });
});

/** What the server writes by itself: seals of the audit, when a token was used last, positions of events. */
const movesByItself = new Set([
  'audit',
  'audit_head',
  'audit_checkpoints',
  'api_tokens',
  'sessions',
  'outbox',
  'events',
]);

/** A digest of each table. */
async function digestsOf(session: pg.Client): Promise<Readonly<Record<string, string>>> {
  const { rows } = await session.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  const digests: Record<string, string> = {};
  for (const { name } of rows.filter((row) => !movesByItself.has(row.name))) {
    const found = await session.query<{ digest: string }>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${session.escapeIdentifier(name)} t`,
    );
    digests[name] = found.rows[0]?.digest ?? '';
  }
  return digests;
}

describe('whoever asks too often', () => {
  it('without an account waits, and nobody else does', async () => {
    const ask = (remoteAddress: string, headers = { authorization: 'Bearer wrong-token-of-nobody' }) =>
      inject({ method: 'GET', url: '/api/v1/me', remoteAddress, headers });
    for (let at = 0; at < 60; at += 1) expect((await ask('2001:db8::1')).statusCode).toBe(401);

    const refused = await ask('2001:db8::2');

    expect([refused.statusCode, refused.json().code]).toEqual([429, 'too-many-requests']);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await ask('203.0.113.7')).statusCode).toBe(401);
    expect((await ask('127.0.0.1')).statusCode).toBe(401);
  });

  it('with an account waits wherever they come from', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 12; at += 1)
      statuses.push((await inject({ method: 'GET', url: '/api/v1/me', remoteAddress: `203.0.113.${at}` })).statusCode);

    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('an answer', () => {
  it('gives browsers no room', async () => {
    const { headers } = await inject({ method: 'GET', url: '/api/v1/me', headers: { origin: 'https://evil.example' } });

    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('to a report of a browser is nothing, whoever sends what', async () => {
    const report = JSON.stringify([{ type: 'csp-violation', body: { effectiveDirective: 'script-src-elem' } }]);
    for (const [payload, type] of [
      [report, 'application/reports+json'],
      ['{"csp-report":{"violated-directive":"img-src"}}', 'application/csp-report'],
      ['{', 'application/json'],
    ] as const) {
      const headers = { 'content-type': type };
      expect((await inject({ method: 'POST', url: '/reports/console', payload, headers })).statusCode).toBe(204);
    }
    const { body } = await inject({ method: 'GET', url: '/metrics' });
    expect(body).toContain('almanac_console_violations_total 2');
  });
});
