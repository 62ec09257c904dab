import { setTimeout as pause } from 'node:timers/promises';
import { routes } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addApplication, type ServerForTests, startServerForTests } from './server-for-tests.ts';

/** Reads server-sent events until one satisfies, or fails after ten seconds. */
async function readUntil(
  tests: ServerForTests,
  input: { readonly after?: number; readonly enough: (text: string) => boolean },
): Promise<string> {
  const given = new AbortController();
  const deadline = setTimeout(() => given.abort(new Error(`not enough was told: ${text}`)), 10_000);
  let text = '';
  const answer = await fetch(`${tests.server.url}/api/v1/events`, {
    signal: given.signal,
    headers: {
      authorization: `Bearer ${tests.administrator}`,
      ...(input.after === undefined ? {} : { 'last-event-id': String(input.after) }),
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (input.enough(text)) break;
  }
  clearTimeout(deadline);
  return text;
}

/** Waits until a request with the token of an account has arrived. */
async function untilUsed(tests: ServerForTests, account: string): Promise<void> {
  const session = await tests.connect();
  for (let looks = 0; looks < 400; looks += 1) {
    const { rows } = await session.query(
      'select last_used_at from api_tokens join principals on principals.id = principal_id where principals.name = $1',
      [account],
    );
    if ((rows[0]?.last_used_at ?? null) !== null) return;
    await pause(10);
  }
  throw new Error(`no request of ${account} has arrived`);
}

const positions = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));

describe('the server', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
    await addApplication(tests, { name: 'orders', head: 'a'.repeat(40) });
    await tests.send('POST /environments', { body: { name: 'quality', displayName: 'Quality', type: 'test' } });
    await tests.send('POST /sites', { body: { name: 'berlin', environment: 'quality' } });
  });
  afterAll(() => tests.stop());

  it('tells what happened since the position at which a reader left', async () => {
    // What was done last before; events of before come first.
    const all = await readUntil(tests, { after: 0, enough: (text) => text.includes('event: site-changed') });
    const [first = 0] = positions(all);

    const rest = await readUntil(tests, { after: first, enough: (text) => text.includes('event: site-changed') });

    expect(positions(rest)).toEqual(positions(all).filter((each) => each > first));
    expect(positions(all)).toEqual(positions(all).toSorted((a, b) => a - b));
  });

  it('tells a reader to start anew when its position never was, or was forgotten', async () => {
    const unknown = await readUntil(tests, { after: 1_000_000, enough: (text) => text.includes('event: ') });

    expect(unknown).toContain('event: reset');
    expect(positions(unknown)[0]).toBeLessThan(1_000_000);
  });

  it('places events in the order in which they were committed, not begun', async () => {
    const [slow, quick] = [await tests.connect(), await tests.connect()];
    const insert = `insert into outbox (id, kind, subject) values (gen_random_uuid(), 'site-changed', $1) returning id`;
    const placed = async (id: string) => {
      for (let looks = 0; looks < 200; looks += 1) {
        const { rows } = await quick.query('select position from outbox where id = $1', [id]);
        if ((rows[0]?.position ?? null) !== null) return Number(rows[0]?.position);
        await pause(25);
      }
      throw new Error('the relay placed nothing');
    };
    await slow.query('begin');
    const early = (await slow.query(insert, [JSON.stringify({ site: 'begun first' })])).rows[0].id;
    const late = (await quick.query(insert, [JSON.stringify({ site: 'committed first' })])).rows[0].id;
    const latePosition = await placed(late);
    await slow.query('commit');

    const earlyPosition = await placed(early);

    expect(earlyPosition).toBeGreaterThan(latePosition);
    const told = await readUntil(tests, { after: latePosition - 1, enough: (text) => text.includes('begun first') });
    expect(told.indexOf('committed first')).toBeLessThan(told.indexOf('begun first'));
  });

  it('describes every operation of the route table as OpenAPI 3.1', async () => {
    const { body } = await tests.send('GET /openapi.json', { as: null });

    expect(body.openapi).toBe('3.1.0');
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) =>
      Object.values(path).map((operation) => operation.operationId),
    );
    expect(operations.toSorted()).toEqual(Object.keys(routes).toSorted());
    const referred = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(referred.length).toBeGreaterThan(10);
    expect(referred.filter((name) => !(name in body.components.schemas))).toEqual([]);
  });

  it('says that it lives, is ready and what it measures, the last to this machine and administrators only', async () => {
    const get = (url: string, headers: Record<string, string> = {}) =>
      tests.server.http.inject({ url, headers: { host: '127.0.0.1', ...headers } });

    expect((await get('/healthz')).json()).toEqual({ status: 'alive' });
    expect((await get('/readyz')).json()).toEqual({ status: 'ready' });
    expect((await get('/metrics')).body).toContain('almanac_process_cpu');
    expect((await get('/metrics', { 'x-forwarded-for': '203.0.113.7' })).statusCode).toBe(403);
    const administrator = { 'x-forwarded-for': '203.0.113.7', authorization: `Bearer ${tests.administrator}` };
    expect((await get('/metrics', administrator)).statusCode).toBe(200);
  });

  it('that has more to do than it can refuses the rest with when to try again, says still that it lives, and loses nothing', async () => {
    const session = await tests.connect();
    await session.query('begin; lock table applications in access exclusive mode');
    const asked = Array.from({ length: 400 }, () => tests.send('GET /applications'));
    const atOnce = await Promise.race(asked);
    const alive = await tests.server.http.inject({ url: '/healthz', headers: { host: '127.0.0.1' } });
    // All that wait are refused when their patience ends, but not those that are worked on already.
    const refused = await Promise.all(asked.slice(64));
    await session.query('rollback');
    const served = await Promise.all(asked.slice(0, 64));

    expect(alive.json()).toEqual({ status: 'alive' });
    expect(atOnce).toMatchObject({
      status: 503,
      headers: {
        'content-type': expect.stringContaining('application/problem+json'),
        'retry-after': expect.stringMatching(/^[1-4]$/),
      },
      body: { code: 'overloaded', status: 503, category: 'limited', detail: expect.stringContaining('Retry-After') },
    });
    expect(refused.every((each) => each.status === 503 && each.headers['retry-after'] !== undefined)).toBe(true);
    expect(served.every((each) => each.status === 200)).toBe(true);
    expect((await tests.send('GET /applications')).status).toBe(200);
  });

  it('sends strict security headers', async () => {
    const { headers } = await tests.send('GET /setup', { as: null });

    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['applications/orders', { displayName: 'One' }, { displayName: 'Two' }],
    ['environments/quality', { displayName: 'One' }, { displayName: 'Two' }],
    ['sites/berlin', { labels: { region: 'eu' } }, { labels: { region: 'de' } }],
  ])('gives two changes of %s at the same revision to the first one', async (path, one, two) => {
    const { revision } = (await tests.send(`GET /${path}`)).body;
    const change = (body: unknown) => tests.send(`PATCH /${path}`, { body, headers: { 'if-match': `"${revision}"` } });

    const answers = await Promise.all([change(one), change(two)]);

    expect(answers.map((each) => each.status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    const won = answers.find((each) => each.status === 200);
    expect(won?.headers['etag']).toBe(`"${revision + 1}"`);
    expect((await tests.send(`GET /${path}`)).body).toMatchObject(won?.body);
  });
});

describe('a server that stops', () => {
  it('ends streams and waiting requests at once, with an answer', async () => {
    const tests = await startServerForTests();
    const stream = await fetch(`${tests.server.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${tests.administrator}` },
    });
    const waiting = fetch(`${tests.server.url}/api/v1/builders/claims`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tests.builder}`, 'content-type': 'application/json' },
      body: JSON.stringify({ builder: 'waiting', wait: 25 }),
    });
    const read = stream.text();
    await untilUsed(tests, 'builder');
    const began = performance.now();

    await tests.stop();

    expect(performance.now() - began).toBeLessThan(3000);
    expect(await read).toContain(': welcome');
    expect(await (await waiting).json()).toEqual({ job: null });
  });
});
