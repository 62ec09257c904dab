import { describe, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { ask } from './ask.ts';
import { aBackend } from './config.ts';
import type { Stage } from './stage.ts';

export function routingContract(stage: Stage): void {
  describe('who takes a request', () => {
    it('is chosen by the host name, whatever its case and port', async () => {
      const shop = await stage.says('shop');
      await stage.apply({ backends: [aBackend('a', shop.port)] });

      const headers = { host: `Shop.Localhost:${stage.port}` };
      expect(await ask({ port: stage.port, headers })).toMatchObject({ status: 200, body: 'shop' });
      expect((await ask({ port: stage.port, headers: { host: 'other.localhost' } })).status).toBe(404);
    });

    it('follows the weights of versions, however many instances each has', async () => {
      await twoVersions(stage, { old: 90, new: 10 });

      const answers = await answersTo(stage, 1000);

      expect(count(answers, 'new')).toBeGreaterThanOrEqual(80);
      expect(count(answers, 'new')).toBeLessThanOrEqual(120);
      expect(count(answers, 'new') + count(answers, 'old')).toBe(1000);
    });

    it('is not a version whose weight is 0', async () => {
      await twoVersions(stage, { old: 100, new: 0 });

      expect(count(await answersTo(stage, 50), 'new')).toBe(0);
    });

    it('is another version when all instances of one drain', async () => {
      const [old, fresh] = [await stage.says('old'), await stage.says('new')];
      await stage.apply({
        weights: { old: 1, new: 99 },
        backends: [aBackend('old', old.port), aBackend('new', fresh.port, { state: 'draining' })],
      });

      expect(count(await answersTo(stage, 20), 'old')).toBe(20);
    });

    it('is nobody when a service has no backend and does not hold: 503', async () => {
      await stage.apply({ backends: [] });

      expect(await ask({ port: stage.port })).toMatchObject({ status: 503 });
    });
  });

  describe('a rule', () => {
    const rules = [
      { from: 'header', name: 'X-Preview', match: 'equals', value: 'yes', version: 'new' },
      { from: 'cookie', name: 'group', match: 'prefix', value: 'beta-', version: 'new' },
      { from: 'header', name: 'x-quoted', match: 'equals', value: 'a "b" \\c $d #e', version: 'new' },
    ] as const;

    it.each([
      ['a header that is equal', { 'x-preview': 'yes' }, 'new'],
      ['a header that is longer', { 'x-preview': 'yes!' }, 'old'],
      ['a header of other case', { 'x-preview': 'Yes' }, 'old'],
      ['a cookie that begins so', { cookie: 'a=1; group=beta-7; b=2' }, 'new'],
      ['a cookie that begins otherwise', { cookie: 'a=1; group=alpha-beta-7' }, 'old'],
      ['a cookie of another name', { cookie: 'agroup=beta-7' }, 'old'],
      ['a value that would mean something to a shell or a configuration', { 'x-quoted': 'a "b" \\c $d #e' }, 'new'],
      ['nothing', {}, 'old'],
    ])('decides by %s, whatever the weights', async (_title, headers, expected) => {
      await twoVersions(stage, { old: 100, new: 0 }, { rules: [...rules] });

      for (let turn = 0; turn < 3; turn += 1)
        expect((await ask({ port: stage.port, headers: headers as Record<string, string> })).body).toBe(expected);
    });

    it('decides nothing when its version takes no requests', async () => {
      const [old, fresh] = [await stage.says('old'), await stage.says('new')];
      await stage.apply({
        weights: { old: 1, new: 0 },
        backends: [aBackend('old', old.port), aBackend('new', fresh.port, { state: 'draining' })],
        routing: { rules: [...rules] },
      });

      expect((await ask({ port: stage.port, headers: { 'x-preview': 'yes' } })).body).toBe('old');
    });
  });

  describe('users spread by a header', () => {
    const routing = { spread: { from: 'header', name: 'x-user' } } as const;
    const asUser = async (user: number) =>
      (await ask({ port: stage.port, headers: { 'x-user': `user-${user}@example.com` } })).body;
    const users = Array.from({ length: 300 }, (_, index) => index);
    const versionsOfUsers = () => Promise.all(users.map(asUser));

    it('stay with one version, in the share of its weight, and none of them leaves it when it grows', async () => {
      const backends = await twoVersions(stage, { old: 70, new: 30 }, routing);
      const first = await versionsOfUsers();
      const second = await versionsOfUsers();
      await stage.apply({ weights: { old: 40, new: 60 }, backends, routing });
      const third = await versionsOfUsers();

      expect(second).toEqual(first);
      expect(count(first, 'new') / users.length).toBeGreaterThan(0.2);
      expect(count(first, 'new') / users.length).toBeLessThan(0.4);
      expect(users.filter((user) => first[user] === 'new' && third[user] !== 'new')).toEqual([]);
      expect(count(third, 'new')).toBeGreaterThan(count(first, 'new'));
    });
  });

  describe('a sticky cookie', () => {
    const routing = { sticky: { cookie: 'almanac-version', seconds: 600 } };

    it('is given with the first answer, and keeps a client with its version', async () => {
      await twoVersions(stage, { old: 50, new: 50 }, routing);
      const first = await ask({ port: stage.port });
      const [cookie = ''] = first.headers['set-cookie'] ?? [];

      expect(cookie).toMatch(
        new RegExp(`^almanac-version=${first.body}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax$`),
      );
      for (let turn = 0; turn < 10; turn += 1) {
        const again = await ask({ port: stage.port, headers: { cookie: cookie.split(';')[0] ?? '' } });
        expect(again.body).toBe(first.body);
        expect(again.headers['set-cookie']).toBeUndefined();
      }
    });

    it('of a version that takes no more requests is replaced', async () => {
      await twoVersions(stage, { old: 100, new: 0 }, routing);

      const answer = await ask({ port: stage.port, headers: { cookie: 'almanac-version=new' } });

      expect(answer.body).toBe('old');
      expect(answer.headers['set-cookie']?.[0]).toMatch(/^almanac-version=old;/);
    });

    it('stands beside the cookies of the application', async () => {
      const shop = await stage.program((_request, response) =>
        response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(),
      );
      await stage.apply({ backends: [aBackend('one', shop.port)], routing });

      const { headers } = await ask({ port: stage.port });

      expect(headers['set-cookie']).toHaveLength(3);
      expect(headers['set-cookie']).toEqual(expect.arrayContaining(['a=1', 'b=2']));
    });
  });

  describe.skipIf(stage.lacks('mirrors'))('a mirrored request', () => {
    const mirror = { version: 'new', percent: 100 };

    /** Keeps what it is asked, and answers it when it is told to, if ever. */
    async function silent() {
      const asked: { method: string; url: string; mirrored: string; body: string }[] = [];
      const program = await stage.program((request, _response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        request.on('end', () => {
          const mirrored = String(request.headers['x-almanac-mirrored']);
          asked.push({ method: request.method ?? '', url: request.url ?? '', mirrored, body });
        });
      });
      return { port: program.port, asked };
    }

    async function mirrored(methods: 'safe' | 'all', to: { readonly port: number }) {
      const echo = await stage.program((request, response) => request.pipe(response));
      await stage.apply({
        weights: { old: 100, new: 0 },
        backends: [aBackend('old', echo.port), aBackend('new', to.port)],
        routing: { mirror: { ...mirror, methods } },
      });
    }

    it('reaches the other version too, which may be silent for as long as it likes', async () => {
      const other = await silent();
      await mirrored('safe', other);

      expect((await ask({ port: stage.port, path: '/a?b=c' })).status).toBe(200);

      await waitUntil('the copy', () => other.asked.length === 1, 5);
      expect(other.asked).toEqual([{ method: 'GET', url: '/a?b=c', mirrored: '1', body: '' }]);
    });

    it('is none that changes something, unless that was asked for', async () => {
      const other = await silent();
      await mirrored('safe', other);
      expect((await ask({ port: stage.port, method: 'POST', body: 'an order' })).body).toBe('an order');
      expect((await ask({ port: stage.port, path: '/after' })).status).toBe(200);
      await waitUntil('the copy', () => other.asked.length > 0, 5);

      expect(other.asked.map((each) => each.url)).toEqual(['/after']);
    });

    it('has its body as well', async () => {
      const other = await silent();
      await mirrored('all', other);

      expect((await ask({ port: stage.port, method: 'POST', body: 'an order' })).body).toBe('an order');

      await waitUntil('the copy', () => other.asked.length === 1, 5);
      expect(other.asked[0]).toMatchObject({ method: 'POST', body: 'an order' });
    });

    it('is left out, and counted, when its body is too large to keep; the request itself arrives whole', async () => {
      const other = await silent();
      await mirrored('all', other);
      const body = 'x'.repeat(3 * 1024 * 1024);

      expect((await ask({ port: stage.port, method: 'POST', body })).body).toBe(body);

      await waitUntil('the count', async () => (await stage.stats()).mirrored[0]?.dropped === 1, 5);
      expect(other.asked).toEqual([]);
    });

    it('is left out, and counted, once too many wait for their answers', async () => {
      const other = await silent();
      await mirrored('safe', other);

      for (let turn = 0; turn < 100; turn += 1) expect((await ask({ port: stage.port })).status).toBe(200);

      expect((await stage.stats()).mirrored[0]?.dropped).toBeGreaterThan(0);
      expect((await stage.stats()).versions).toMatchObject([{ version: 'old', requests: 100, errors: 0 }]);
    });

    it('that nobody takes changes nothing but a counter', async () => {
      const gone = await stage.says('gone');
      await gone.close();
      await mirrored('safe', gone);

      expect((await ask({ port: stage.port })).status).toBe(200);

      await waitUntil('the count', async () => (await stage.stats()).mirrored[0]?.errors === 1, 5);
      expect((await stage.stats()).versions.map((each) => each.errors)).toEqual([0]);
    });

    it('is one in as many as the percentage says', async () => {
      const other = await stage.says('other');
      const shop = await stage.says('shop');
      await stage.apply({
        weights: { old: 100, new: 0 },
        backends: [aBackend('old', shop.port), aBackend('new', other.port)],
        routing: { mirror: { version: 'new', percent: 20 } },
      });

      expect(new Set(await answersTo(stage, 100))).toEqual(new Set(['shop']));

      await waitUntil('the copies', async () => (await stage.stats()).mirrored[0]?.requests === 20, 5);
    });
  });

  describe('the counters', () => {
    it('say requests, errors and latency by version', async () => {
      const moody = await stage.program((incoming, response) => {
        response.writeHead(incoming.url === '/bad' ? 500 : 404).end();
      });
      await stage.apply({ backends: [aBackend('one', moody.port)] });

      await ask({ port: stage.port });
      await ask({ port: stage.port, path: '/bad' });

      const { versions } = await stage.stats();
      expect(versions).toMatchObject([{ version: 'one', build: 'build of one', requests: 2, errors: 1 }]);
      expect(versions[0]?.latency.reduce((sum, each) => sum + each, 0)).toBe(2);
    });
  });
}

/** Three instances of the old version and one of the new: the share is that of the version. */
async function twoVersions(stage: Stage, weights: Record<string, number>, routing = {}) {
  const [old, fresh] = [await stage.says('old'), await stage.says('new')];
  const backends = [
    ...['old-1', 'old-2', 'old-3'].map((name) => aBackend(name, old.port, { version: 'old' })),
    aBackend('new-1', fresh.port, { version: 'new' }),
  ];
  await stage.apply({ weights, backends, routing });
  return backends;
}

/** Asks so often, a few at a time. */
async function answersTo(stage: Stage, times: number): Promise<readonly string[]> {
  const answers: string[] = [];
  const batch = 20;
  while (answers.length < times) {
    const some = Array.from({ length: Math.min(batch, times - answers.length) }, () => ask({ port: stage.port }));
    answers.push(...(await Promise.all(some)).map((each) => each.body));
  }
  return answers;
}

const count = (answers: readonly string[], words: string): number => answers.filter((each) => each === words).length;
