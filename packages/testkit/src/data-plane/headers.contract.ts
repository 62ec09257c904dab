import type { GatewayHeader } from '@almanac/protocol/gateway';
import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import { aBackend } from './config.ts';
import type { Stage } from './stage.ts';

const aHeader = (name: string, value: string, other: Partial<GatewayHeader> = {}): GatewayHeader => ({
  name,
  value,
  over: 'any',
  whenSent: 'replace',
  ...other,
});
const report = JSON.stringify({
  'csp-report': {
    'effective-directive': 'img-src',
    'blocked-uri': 'https://cdn.example/a.png?who=me',
    'document-uri': 'http://shop.localhost/cart?card=4111',
  },
});
const reporting = { 'content-type': 'application/csp-report' };

export function headersContract(stage: Stage): void {
  /** A shop that sends some headers of its own. */
  const apply = async (headers: readonly GatewayHeader[], own: Readonly<Record<string, string | string[]>> = {}) => {
    const shop = await stage.program((_request, response) => response.writeHead(200, own).end('shop'));
    await stage.apply({
      backends: [aBackend('a', shop.port)],
      answers: { headers: [...headers], collectsReports: true },
    });
  };
  const headersOf = async () => (await ask({ port: stage.port, path: '/cart' })).headers;

  describe('the headers that a service is given', () => {
    it('are in its answers over such a connection, whatever another program would take their text for', async () => {
      const value = `default-src 'self' "x" %[src] %% $HOME \\ # {x}; img-src *`;
      await apply([
        aHeader('content-security-policy', value),
        aHeader('x-over-plain', 'yes', { over: 'plain' }),
        aHeader('strict-transport-security', 'max-age=600', { over: 'tls' }),
      ]);

      const headers = await headersOf();
      expect(headers).toMatchObject({ 'content-security-policy': value, 'x-over-plain': 'yes' });
      expect(headers['strict-transport-security']).toBeUndefined();
    });

    it('take the place of those that the application sends, stand back, or stand beside them', async () => {
      await apply(
        [
          aHeader('x-replaced', 'ours'),
          aHeader('x-kept', 'ours', { whenSent: 'keep' }),
          aHeader('x-lacking', 'ours', { whenSent: 'keep' }),
          aHeader('x-both', 'ours', { whenSent: 'add' }),
        ],
        { 'X-Replaced': ['one', 'two'], 'X-Kept': 'theirs', 'X-Both': 'theirs' },
      );

      expect(await headersOf()).toMatchObject({
        'x-replaced': 'ours',
        'x-kept': 'theirs',
        'x-lacking': 'ours',
        'x-both': 'theirs, ours',
      });
    });

    it('fit beside a large body, however long they are', async () => {
      const long = `img-src ${Array.from({ length: 250 }, (_, at) => `https://host-${at}.example`).join(' ')}`;
      const body = 'x'.repeat(300_000);
      const shop = await stage.program((_request, response) => response.end(body));
      const answers = { headers: [aHeader('content-security-policy', long)], collectsReports: false };
      await stage.apply({ backends: [aBackend('a', shop.port)], answers });

      for (let turn = 0; turn < 5; turn += 1) {
        const answer = await ask({ port: stage.port });
        expect(answer.status).toBe(200);
        expect(answer.headers['content-security-policy']).toBe(long);
        expect(answer.body).toBe(body);
      }
    });

    it('change with a configuration, and no backend hears of that', async () => {
      let started = 0;
      const shop = await stage.program((_request, response) => {
        started += 1;
        response.end('shop');
      });
      const backends = [aBackend('a', shop.port)];
      for (const value of ['origin', 'no-referrer']) {
        await stage.apply({
          backends,
          answers: { headers: [aHeader('referrer-policy', value)], collectsReports: false },
        });
        expect((await headersOf())['referrer-policy']).toBe(value);
      }
      await stage.apply({ backends });

      expect((await headersOf())['referrer-policy']).toBeUndefined();
      expect(started).toBe(3);
    });
  });

  describe('what a browser reports', () => {
    it('is counted by directive, origin and path, and never reaches the application', async () => {
      let reached = 0;
      const shop = await stage.program((_request, response) => {
        reached += 1;
        response.end('shop');
      });
      await stage.apply({ backends: [aBackend('a', shop.port)], answers: { headers: [], collectsReports: true } });
      const send = (path: string, headers: Readonly<Record<string, string>> = reporting, body = report) =>
        ask({
          port: stage.port,
          method: 'POST',
          path,
          headers: { ...headers, 'x-almanac-service': 'other.web' },
          body,
        });

      expect((await send('/.almanac/reports')).status).toBe(204);
      expect((await send('/.almanac/reports?x=1')).status).toBe(204);
      expect((await send('/.almanac/reports', { 'content-type': 'application/json' })).status).toBe(415);
      expect((await send('/.almanac/reports', reporting, 'x'.repeat(9000))).status).toBe(413);
      expect((await ask({ port: stage.port, path: '/.almanac/reports' })).status).toBe(405);

      const { items } = (await stage.stats()).violations;
      expect(items).toMatchObject([
        { directive: 'img-src', blocked: 'https://cdn.example', document: '/cart', count: 2 },
      ]);
      expect(reached).toBe(0);
    });

    it('is not taken of a service that collects nothing, and does not reach it either', async () => {
      let reached = 0;
      const shop = await stage.program((_request, response) => {
        reached += 1;
        response.end('shop');
      });
      await stage.apply({ backends: [aBackend('a', shop.port)] });
      const post = { port: stage.port, method: 'POST', headers: reporting, body: report };

      expect((await ask({ ...post, path: '/.almanac/reports' })).status).toBe(404);
      expect(reached).toBe(0);
      expect((await ask({ ...post, path: '/.almanac/reports/of-mine' })).body).toBe('shop');
    });

    it('is taken while no instance is there to answer', async () => {
      await stage.apply({ backends: [], hold: true, answers: { headers: [], collectsReports: true } });

      const answer = await ask({
        port: stage.port,
        method: 'POST',
        path: '/.almanac/reports',
        headers: reporting,
        body: report,
      });
      expect(answer.status).toBe(204);
    });
  });
}
