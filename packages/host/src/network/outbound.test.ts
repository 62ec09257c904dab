import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostileAddresses } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutbound } from './outbound.ts';
import { OutboundFault } from './outbound-fault.ts';
import { createReach } from './reachable-address.ts';

const setting = 'ALMANAC_OUTBOUND_INTERNAL';
/** A listener that nobody may come to; another one that is allowed and leads to it. */
let canary: { readonly port: number; readonly connections: () => number; readonly close: () => void };
let allowed: {
  readonly server: Server;
  readonly port: number;
  readonly heard: { authorization: string | undefined }[];
};

beforeAll(async () => {
  let connections = 0;
  const server = createServer((_request, response) => void response.end('secret')).on('connection', () => {
    connections += 1;
  });
  await listen(server, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  canary = { port, connections: () => connections, close: () => server.close() };
  const heard: { authorization: string | undefined }[] = [];
  const leading = createServer((request, response) => {
    heard.push({ authorization: request.headers.authorization });
    const url = request.url ?? '';
    if (url.startsWith('/to/')) response.writeHead(302, { location: decodeURIComponent(url.slice(4)) }).end();
    else if (url === '/cookies')
      response
        .writeHead(
          200,
          [
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ].flat(),
        )
        .end('x');
    else if (url === '/empty') response.writeHead(204).end();
    else if (url === '/long') response.end('x'.repeat(5000));
    else if (url === '/drip') response.writeHead(200).write('x');
    else request.pipe(response);
  });
  await listen(leading, '127.0.0.2');
  allowed = { server: leading, port: (leading.address() as AddressInfo).port, heard };
});

afterAll(() => {
  canary.close();
  allowed.server.closeAllConnections();
  allowed.server.close();
});

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve) => server.listen(0, host, resolve));
}

/** What a name leads to, in turn; the last answer holds from then on. */
function namesThatLeadTo(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  return async () => {
    const found = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}

const outboundBy = (internal: readonly string[], ...answers: readonly (readonly string[])[]) =>
  createOutbound(createReach({ internal, setting, resolve: namesThatLeadTo(...answers) }));

describe('an address in any spelling', () => {
  it('that leads to this machine or to a private network is not connected to', async () => {
    const outbound = outboundBy([], ['127.0.0.1']);
    const spellings = hostileAddresses(canary.port);
    const kinds = await Promise.all(
      spellings.map(async (spelling) => {
        if (!URL.canParse(spelling)) return 'no-url';
        const error = await outbound.send({ url: new URL(spelling), patienceMs: 2000 }).catch((each: unknown) => each);
        return error instanceof OutboundFault ? error.kind : 'reached';
      }),
    );

    expect(new Set(spellings).size).toBeGreaterThanOrEqual(200);
    expect(new Set(kinds)).toEqual(new Set(['refused', 'no-url']));
    expect(kinds.filter((kind) => kind === 'refused').length).toBeGreaterThanOrEqual(200);
    expect(canary.connections()).toBe(0);
  });

  it('is refused also where other addresses of the same name are public', async () => {
    const outbound = outboundBy([], ['8.8.8.8', '127.0.0.1']);

    await expect(outbound.send({ url: new URL('https://hooks.example.com/') })).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(canary.connections()).toBe(0);
  });

  it('is connected to as it was judged, wherever its name leads at the next look', async () => {
    // The name is allowed by its network alone: its second answer would lead to the canary.
    const outbound = outboundBy(['127.0.0.2', 'localhost'], ['127.0.0.2'], ['127.0.0.1']);

    const answer = await outbound.send({
      url: new URL(`http://localhost:${allowed.port}/`),
      method: 'POST',
      body: 'hi',
    });

    expect([answer.status, answer.body.toString()]).toEqual([200, 'hi']);
    expect(canary.connections()).toBe(0);
  });
});

describe('a connection for what is not HTTP', () => {
  it('is judged by address and port as a request is', async () => {
    const outbound = outboundBy([], ['127.0.0.1']);
    const hosts = [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '10.0.0.1',
      'inside.example',
    ];

    const kinds = await Promise.all(
      hosts.map((host) => outbound.connect({ host, port: canary.port }).catch((error: OutboundFault) => error.kind)),
    );

    expect(new Set(kinds)).toEqual(new Set(['refused']));
    expect(outbound.refusalOfTarget({ host: '8.8.8.8', port: 636 })).toContain('port 636 may not be used');
    expect(outbound.refusalOfTarget({ host: '8.8.8.8', port: 443 })).toBeUndefined();
    expect(canary.connections()).toBe(0);
  });

  it('leads to what was judged, wherever its name leads at the next look, and says what failed', async () => {
    const outbound = outboundBy(['127.0.0.2'], ['127.0.0.2'], ['127.0.0.1']);

    const socket = await outbound.connect({ host: 'inside.example', port: allowed.port });
    const to = [socket.remoteAddress, socket.remotePort];
    socket.destroy();

    expect(to).toEqual(['127.0.0.2', allowed.port]);
    await expect(
      outboundBy(['127.0.0.2'], ['127.0.0.2']).connect({ host: 'inside.example', port: 1 }),
    ).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'no connection to inside.example:1 (ECONNREFUSED)',
    });
    expect(canary.connections()).toBe(0);
  });
});

describe('a redirect', () => {
  const ways = () => [
    `http://127.0.0.1:${canary.port}/`,
    `http://localhost:${canary.port}/`,
    `//127.0.0.1:${canary.port}/`,
    `http://127.0.0.2:${allowed.port}/to/${encodeURIComponent(`http://127.0.0.1:${canary.port}/`)}`,
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
  ];

  it('is an answer and is not followed, so that nobody else hears a credential', async () => {
    const outbound = outboundBy(['127.0.0.2'], ['127.0.0.1']);
    for (const way of ways()) {
      const before = allowed.heard.length;
      const url = new URL(`http://127.0.0.2:${allowed.port}/to/${encodeURIComponent(way)}`);

      const answer = await outbound.send({ url, headers: { authorization: 'Bearer secret' } });

      expect([answer.status, answer.headers.location]).toEqual([302, way]);
      expect(allowed.heard.slice(before)).toEqual([{ authorization: 'Bearer secret' }]);
    }
    expect(canary.connections()).toBe(0);
  });
});

describe('an answer', () => {
  const url = (path: string) => new URL(`http://127.0.0.2:${allowed.port}${path}`);
  const outbound = outboundBy(['127.0.0.2']);

  it('that is too long is refused, or cut where only its beginning matters', async () => {
    await expect(outbound.send({ url: url('/long'), mostBytes: 4999 })).rejects.toMatchObject({ kind: 'too-large' });
    expect((await outbound.send({ url: url('/long'), mostBytes: 5000 })).body).toHaveLength(5000);
    expect((await outbound.send({ url: url('/long'), mostBytes: 10, longer: 'cut' })).body).toHaveLength(10);
  });

  it('that does not come to its end is not waited for', async () => {
    await expect(outbound.send({ url: url('/drip'), patienceMs: 50 })).rejects.toMatchObject({
      kind: 'timed-out',
      message: 'no complete answer within 0.05 s',
    });
  });

  it('that nobody gives is told without the address that was tried', async () => {
    const nobody = outboundBy(['nobody.example'], ['127.0.0.3']);

    await expect(nobody.send({ url: new URL('http://nobody.example:1/') })).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'no connection to nobody.example:1 (ECONNREFUSED)',
    });
  });

  it('of a name that is never resolved is not waited for', async () => {
    const silent = createOutbound(createReach({ internal: [], setting, resolve: () => new Promise(() => {}) }));

    await expect(silent.send({ url: new URL('https://silent.example/'), patienceMs: 50 })).rejects.toMatchObject({
      kind: 'timed-out',
    });
  });

  it('ends with the reason of whoever asked', async () => {
    const asked = new AbortController();
    const answer = outbound.send({ url: url('/drip'), signal: asked.signal });
    asked.abort(new Error('stopping'));

    await expect(answer).rejects.toThrow('stopping');
  });

  it('is read by libraries as they read that of fetch', async () => {
    const body = new URLSearchParams({ grant: 'code' });
    const echoed = await outbound.fetch(url('/'), { method: 'POST', body });

    expect([echoed.status, await echoed.text()]).toEqual([200, 'grant=code']);
    expect((await outbound.fetch(url('/cookies'))).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect((await outbound.fetch(url('/empty'))).body).toBeNull();
    expect((await outbound.fetch(url('/to/x'), { redirect: 'manual' })).status).toBe(302);
    await expect(outbound.fetch(url('/to/x'), { redirect: 'error' })).rejects.toThrow('redirects are not followed');
    await expect(outbound.fetch('http://169.254.169.254/')).rejects.toMatchObject({ kind: 'refused' });
  });
});
