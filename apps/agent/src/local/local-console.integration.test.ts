import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalPrincipal } from '@almanac/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionRefused } from './holds.ts';
import { createLocalAccess, localTokenFile, openLocalToken } from './local-access.ts';
import { type LocalConsole, type LocalSite, startLocalConsole } from './local-server.ts';
import type { LocalView } from './local-view.ts';

const view: LocalView = {
  site: 'berlin',
  environment: 'production',
  server: { url: 'https://almanac.example.com', connected: false, lastContact: null },
  generation: { incarnation: 1, generation: 7, issuedAt: '2026-03-01T12:00:00.000Z' },
  gateway: { state: 'serving', frontPort: 7420, message: null },
  notices: ['<script>alert(1)</script>'],
  applications: [
    {
      name: 'shop',
      phase: 'healthy',
      message: '"><img src=x onerror=alert(1)>',
      running: '1.1.0',
      ordered: null,
      previous: '1.0.0',
      hold: null,
      modules: [{ name: 'web', port: 9000, instances: [] }],
    },
  ],
  occurrences: [],
  untold: 0,
};

let directory: string;
let console: LocalConsole;
let acts: unknown[];
let principals: LocalPrincipal[];
let token: string;
let now: number;

const site: LocalSite = {
  view: () => view,
  readLog: async ({ module }) => ({ text: `log of ${module} <b>`, next: 3, instances: [] }),
  act: async (given) => {
    if (given.action === 'release') throw new ActionRefused('nobody holds shop here');
    acts.push(given);
  },
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac local '));
  acts = [];
  principals = [];
  now = Date.parse('2026-03-01T12:00:00.000Z');
  token = await openLocalToken(directory);
  const access = createLocalAccess({ siteToken: token, principals: () => principals, now: () => now });
  console = await startLocalConsole({ directory, port: 0, site, access, log: pino({ level: 'silent' }) });
});

afterEach(async () => {
  await console.close();
  await rm(directory, { recursive: true, force: true });
});

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function ask(
  line: `${'GET' | 'POST' | 'PUT'} ${string}`,
  input: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Answered> {
  const [method, path] = line.split(' ');
  return new Promise((resolve, reject) => {
    const asked = request(
      `${console.url}${path}`,
      { method, headers: { ...input.headers }, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      },
    );
    asked.on('error', reject).end(input.body);
  });
}

const bearer = (given = token) => ({ authorization: `Bearer ${given}` });
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

async function signedIn(given = token) {
  const { headers } = await ask('POST /sign-in', { body: new URLSearchParams({ token: given }).toString() });
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  const page = await ask('GET /', { headers: { cookie } });
  return { cookie, form: /name="form" value="([\w-]+)"/.exec(page.body)?.[1] ?? '', page };
}

describe('the console of a site', () => {
  it('is entered with the token of the site, which its account alone can read', async () => {
    expect((await stat(localTokenFile(directory))).mode & 0o777).toBe(0o600);
    expect(await readFile(localTokenFile(directory), 'utf8')).toBe(token);
    expect((await ask('GET /')).body).toContain('Sign in');
    expect((await ask('POST /sign-in', { body: 'token=wrong' })).status).toBe(401);

    const { page, cookie } = await signedIn();

    expect(page.body).toContain('What runs here');
    expect(page.body).toContain('cut off');
    expect(cookie).toMatch(/^almanac_local_\d+=/);
    expect((await openLocalToken(directory)) === token).toBe(true);
  });

  it('shows what applications and servers say as text', async () => {
    const { cookie, page } = await signedIn();
    const own = await ask('GET /applications/shop', { headers: { cookie } });

    for (const { body } of [page, own]) expect(body).not.toMatch(/<script|<img|<b>/);
    expect(own.body).toContain('log of web &#60;b&#62;');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('pauses and rolls back by forms of its own pages', async () => {
    const { cookie, form } = await signedIn();
    const path = '/applications/shop/roll-back' as const;
    expect((await ask(`GET ${path}`, { headers: { cookie } })).body).toContain('Roll back shop to 1.0.0');

    const done = await ask(`POST ${path}`, {
      headers: { cookie },
      body: new URLSearchParams({ form, reason: ' too slow ' }).toString(),
    });

    expect(done).toMatchObject({ status: 303, headers: { location: '/applications/shop' } });
    expect(acts).toEqual([{ action: 'roll-back', application: 'shop', by: 'operator', reason: 'too slow' }]);
  });

  it.each<[string, (own: { cookie: string; form: string }) => Parameters<typeof ask>[1], number]>([
    ['without the secret of the session', ({ cookie }) => ({ headers: { cookie }, body: '' }), 403],
    ['of another session', ({ cookie }) => ({ headers: { cookie }, body: 'form=guessed' }), 403],
    [
      'from another page',
      ({ cookie, form }) => ({ headers: { cookie, origin: 'https://evil.example' }, body: `form=${form}` }),
      403,
    ],
    [
      'from another site, as the browser says',
      ({ cookie, form }) => ({ headers: { cookie, 'sec-fetch-site': 'cross-site' }, body: `form=${form}` }),
      403,
    ],
    ['from nobody', ({ form }) => ({ body: `form=${form}` }), 401],
    [
      'that is too long',
      ({ cookie, form }) => ({ headers: { cookie }, body: `form=${form}&x=${'x'.repeat(9000)}` }),
      413,
    ],
    [
      'with a reason that is too long',
      ({ cookie, form }) => ({ headers: { cookie }, body: `form=${form}&reason=${'x'.repeat(301)}` }),
      400,
    ],
  ])('takes no form %s', async (_title, made, status) => {
    const refused = await ask('POST /applications/shop/pause', made(await signedIn()));

    expect(refused.status).toBe(status);
    expect(acts).toEqual([]);
  });

  it('answers no name that somebody else pointed at it', async () => {
    const port = new URL(console.url).port;

    expect((await ask('GET /', { headers: { host: `evil.example:${port}` } })).status).toBe(421);
    expect((await ask('GET /', { headers: { host: '127.0.0.1' } })).status).toBe(421);
    expect((await ask('GET /', { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it.each(['GET /applications/%E0%A4', 'GET /nothing', 'GET /applications/unknown', 'PUT /', 'GET //'] as const)(
    'says so of %s, and lives',
    async (line) => {
      const { cookie } = await signedIn();
      const answered = await ask(line, { headers: { cookie } });

      expect(answered.status).toBeGreaterThanOrEqual(200);
      expect(answered.status).toBeLessThan(500);
    },
  );

  it('ends a session when it is left, when it rests for an hour, and when its token is gone', async () => {
    const left = await signedIn();
    await ask('POST /sign-out', { headers: { cookie: left.cookie }, body: `form=${left.form}` });
    expect((await ask('GET /', { headers: { cookie: left.cookie } })).body).toContain('Sign in');

    const rested = await signedIn();
    now += 3_600_001;
    expect((await ask('GET /', { headers: { cookie: rested.cookie } })).body).toContain('Sign in');

    const given = 'all_of_somebody_who_may_look_for_now';
    principals = [somebody(given, ['monitor'])];
    const lost = await signedIn(given);
    principals = [];
    expect((await ask('GET /', { headers: { cookie: lost.cookie } })).body).toContain('Sign in');
  });
});

describe('the API of a site', () => {
  it('gives what runs, and logs, to whoever has a token', async () => {
    expect(JSON.parse((await ask('GET /api/site', { headers: bearer() })).body)).toEqual(view);
    expect(JSON.parse((await ask('GET /api/applications/shop/log', { headers: bearer() })).body)).toMatchObject({
      text: 'log of web <b>',
      module: 'web',
    });
  });

  it('does what it is asked, or says why not', async () => {
    const done = await ask('POST /api/applications/shop/pause', { headers: bearer(), body: '{"reason":"why"}' });
    const refused = await ask('POST /api/applications/shop/release', { headers: bearer() });
    const wrong = await ask('POST /api/applications/shop/pause', { headers: bearer(), body: '[' });

    expect(done.status).toBe(200);
    expect(acts).toEqual([{ action: 'pause', application: 'shop', by: 'operator', reason: 'why' }]);
    expect(refused).toMatchObject({ status: 409 });
    expect(JSON.parse(refused.body)).toEqual({ status: 409, detail: 'nobody holds shop here' });
    expect(wrong.status).toBe(400);
  });

  it('takes no session of a browser, and no token that it does not know', async () => {
    const { cookie } = await signedIn();

    expect((await ask('GET /api/site', { headers: { cookie } })).status).toBe(401);
    expect((await ask('GET /api/site', { headers: bearer('x'.repeat(47)) })).status).toBe(401);
    expect((await ask('GET /api/site')).status).toBe(401);
  });

  it('lets those whom the signed desired state names do what they may in this environment', async () => {
    const [looks, deploys, late] = [
      'all_of_somebody_who_looks',
      'all_of_somebody_who_deploys',
      'all_of_somebody_too_late',
    ];
    principals = [
      somebody(looks, ['monitor']),
      somebody(deploys, ['monitor', 'deploy']),
      { ...somebody(late, ['monitor', 'deploy']), expiresAt: '2026-03-01T11:59:59.000Z' },
    ];
    const pause = (given: string) => ask('POST /api/applications/shop/pause', { headers: bearer(given) });

    expect((await ask('GET /api/site', { headers: bearer(looks) })).status).toBe(200);
    expect((await pause(looks)).status).toBe(403);
    expect((await pause(deploys)).status).toBe(200);
    expect((await pause(late)).status).toBe(401);
    expect(acts).toEqual([{ action: 'pause', application: 'shop', by: 'ana', reason: '' }]);
  });
});

function somebody(given: string, capabilities: LocalPrincipal['capabilities']): LocalPrincipal {
  return { name: 'ana', tokenHash: hashOf(given), expiresAt: '2026-04-01T00:00:00.000Z', capabilities };
}
