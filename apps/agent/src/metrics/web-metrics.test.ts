import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReach } from '@almanac/host';
import { afterEach, describe, expect, it } from 'vitest';
import { fillIn } from './fill-in.ts';
import { aVersion, patient } from './metrics-for-tests.ts';
import { createWebMetrics, numberAt } from './web-metrics.ts';

const setting = 'ALMANAC_METRICS_INTERNAL';
const metrics = createWebMetrics(createReach({ internal: ['127.0.0.1'], setting }));
let close: () => void = () => undefined;

afterEach(() => close());

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  // A server that listens on a port has an address with one.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const read = (address: string, path = 'data.length') =>
  metrics.read({
    source: { provider: 'web', address, path },
    measured: aVersion({ label: '1.4.0+3' }),
    period: { from: 0, until: 30_000 },
    signal: patient,
  });

describe('a number that somebody serves', () => {
  it('is read where the path leads', async () => {
    const asked: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify({ data: { length: 7 } }));
    });

    expect(await read(`${address}/{{application}}?of={{version}}&for={{window}}`)).toEqual({
      kind: 'value',
      value: 7,
      requests: null,
    });
    expect(asked).toEqual(['/shop?of=1.4.0%2B3&for=30']);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['another status', (_, response) => void response.writeHead(503).end('{}'), /answered 503/],
    ['no JSON', (_, response) => void response.end('<html>'), /without a JSON document/],
    ['no number', (_, response) => void response.end('{"data":{"length":"7"}}'), /is no number/],
    ['too much', (_, response) => void response.end('1'.repeat(2 * 1024 * 1024)), /more than 1048576 bytes/],
    ['another address', (_, response) => void response.writeHead(302, { location: '/' }).end('{}'), /answered 302/],
    ['nothing', (request) => void request.socket.destroy(), /hang up|ECONNRESET/],
  ])('is an error when the answer is %s', async (_, listener, expected) => {
    const address = await serve(listener);

    await expect(read(address)).rejects.toThrow(expected);
  });

  it('is not read from where nobody allowed it', async () => {
    const strict = createWebMetrics(createReach({ internal: [], setting }));
    const source = { provider: 'web', address: 'http://169.254.169.254/latest', path: 'x' } as const;

    await expect(
      strict.read({ source, measured: aVersion(), period: { from: 0, until: 1 }, signal: patient }),
    ).rejects.toThrow(/ALMANAC_METRICS_INTERNAL/);
  });
});

describe('a path', () => {
  const document = { queues: [{ length: 3 }, { length: null }], toString: 5 };

  it.each([
    ['queues.0.length', { kind: 'value', value: 3, requests: null }],
    ['queues.1.length', { kind: 'no-data' }],
    ['queues.2.length', { kind: 'no-data' }],
    ['queues.0.length.more', { kind: 'no-data' }],
    ['toString', { kind: 'value', value: 5, requests: null }],
    ['constructor', { kind: 'no-data' }],
  ])('%s leads to %j', (path, expected) => {
    expect(numberAt(document, path)).toEqual(expected);
  });

  it('to anything else is an error', () => {
    expect(() => numberAt(document, 'queues')).toThrow(/is no number/);
  });
});

describe('a blank', () => {
  const blanks = { application: 'shop', build: 'b', version: '1.4.0', window: '60' };

  it('is filled in once: what it is filled with has no blanks', () => {
    const own = { ...blanks, version: '{{build}}' };

    expect(fillIn('rate(x{v="{{version}}"}[{{ window }}s])', own, (value) => value)).toBe(
      'rate(x{v="{{build}}"}[60s])',
    );
  });

  it('of another name is refused', () => {
    expect(() => fillIn('{{password}}', blanks, (value) => value)).toThrow(/none of \{\{application\}\}/);
  });
});
