import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { freePorts, waitUntil } from '@almanac/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from './gateway.ts';
import { aBackend, aConfig, aGateway, ask, type Program, startProgram } from './gateway-for-tests.ts';

let port: number;
let gateway: Gateway;
let programs: Program[];

beforeEach(async () => {
  port = await freePorts(1);
  gateway = aGateway();
  programs = [];
});

afterEach(async () => {
  await gateway.close(0);
  await Promise.all(programs.map((each) => each.close()));
});

async function program(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Program> {
  const started = await startProgram(handler);
  programs.push(started);
  return started;
}

const says = (words: string) => program((_request, response) => response.end(words));

/** Answers when it is told to. */
async function patient(words: string) {
  const waiting: ServerResponse[] = [];
  const { port: own } = await program((_request, response) => waiting.push(response));
  return { port: own, waiting, answer: () => waiting.shift()?.end(words) };
}

/** Takes a configuration over, and waits until its listeners are open. */
async function apply(config: Omit<Parameters<typeof aConfig>[0], 'port'>): Promise<void> {
  gateway.apply(aConfig({ port, ...config }));
  await waitUntil('the listener', () => canConnect(port), 5);
}

function canConnect(to: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

const serviceStats = () => {
  const [service] = gateway.stats().services;
  if (service === undefined) throw new Error('no service');
  return service;
};

/** Sends bytes as they are, and collects what comes back until the connection ends. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('who takes a request', () => {
  it('is chosen by the host name, whatever its case and port', async () => {
    const shop = await says('shop');
    await apply({ backends: [aBackend('a', shop.port)] });

    expect(await ask({ port, headers: { host: `Shop.Localhost:${port}` } })).toMatchObject({
      status: 200,
      body: 'shop',
    });
    expect((await ask({ port, headers: { host: 'other.localhost' } })).status).toBe(404);
  });

  it('is the only service of a listener that belongs to it, whatever the host name', async () => {
    const shop = await says('shop');
    const config = aConfig({ port, backends: [aBackend('a', shop.port)] });
    gateway.apply({
      ...config,
      listeners: [{ address: '127.0.0.1', port, target: { kind: 'service', service: 'shop/web' }, tls: null }],
    });
    await waitUntil('the listener', () => canConnect(port), 5);

    expect((await ask({ port, headers: { host: '127.0.0.1' } })).body).toBe('shop');
  });

  it('follows the weights of versions exactly, one request at a time', async () => {
    const [old, fresh] = [await says('old'), await says('new')];
    await apply({
      weights: { old: 95, new: 5 },
      backends: [
        aBackend('old-1', old.port, { version: 'old' }),
        aBackend('old-2', old.port, { version: 'old' }),
        aBackend('new-1', fresh.port, { version: 'new' }),
      ],
    });

    const answers: string[] = [];
    for (let count = 0; count < 100; count += 1) answers.push((await ask({ port })).body);

    expect(answers.filter((each) => each === 'new')).toHaveLength(5);
  });

  it('is, within a version, who carries the least', async () => {
    const [busy, idle] = [await patient('busy'), await says('idle')];
    await apply({
      backends: [aBackend('a', busy.port, { version: 'one' }), aBackend('b', idle.port, { version: 'one' })],
    });

    // Whoever comes first, two requests reach the one that does not answer only if loads were not looked at.
    const first = ask({ port });
    const second = ask({ port });
    await waitUntil('a request to wait', () => busy.waiting.length === 1, 5);
    for (let count = 0; count < 5; count += 1) expect((await ask({ port })).body).toBe('idle');
    busy.answer();

    expect((await Promise.all([first, second])).map((each) => each.body).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'busy',
      'idle',
    ]);
  });

  it('is nobody when a service has no backend and does not hold: 503 with Retry-After', async () => {
    await apply({ backends: [] });

    expect(await ask({ port })).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });
});

describe('a backend that drains', () => {
  it('takes no new request, ends what runs, and loses its idle connections', async () => {
    const [old, fresh] = [await patient('old'), await says('new')];
    await apply({ backends: [aBackend('old', old.port)] });
    const running = ask({ port });
    await waitUntil('the request to run', () => old.waiting.length === 1, 5);

    await apply({
      revision: 2,
      backends: [aBackend('old', old.port, { state: 'draining' }), aBackend('new', fresh.port)],
    });

    expect((await ask({ port })).body).toBe('new');
    expect(serviceStats().backends.find((each) => each.instance === 'old')?.inFlight).toBe(1);
    old.answer();
    expect((await running).body).toBe('old');
    await apply({ revision: 3, backends: [aBackend('new', fresh.port)] });
    expect(serviceStats().backends.map((each) => each.instance)).toEqual(['new']);
  });

  it('is not forgotten while a request runs, though the configuration names it no more', async () => {
    const [old, fresh] = [await patient('old'), await says('new')];
    await apply({ backends: [aBackend('old', old.port)] });
    const running = ask({ port });
    await waitUntil('the request to run', () => old.waiting.length === 1, 5);

    await apply({ revision: 2, backends: [aBackend('new', fresh.port)] });
    old.answer();

    expect(await running).toMatchObject({ status: 200, body: 'old' });
    await waitUntil('the old one to leave', () => serviceStats().backends.length === 1, 5);
  });

  it('keeps a client on its connection: the next request on it goes to the new one', async () => {
    const [old, fresh] = [await says('old'), await says('new')];
    await apply({ backends: [aBackend('old', old.port)] });
    const socket = connect(port, '127.0.0.1');
    const answers: string[] = [];
    socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1')));
    socket.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
    await waitUntil('the first answer', () => /old/.test(answers.join('')), 5);

    await apply({ revision: 2, backends: [aBackend('new', fresh.port)] });
    socket.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');

    await waitUntil('the second answer', () => /new/.test(answers.join('')), 5);
    socket.destroy();
  });
});

describe('a service that holds', () => {
  it('lets requests wait until somebody is there, and loses none', async () => {
    await apply({ backends: [], hold: true });
    const waiting = Array.from({ length: 20 }, () => ask({ port, method: 'POST', body: 'an order' }));
    await waitUntil('all to wait', () => serviceStats().held === 20, 5);
    const fresh = await says('served');

    await apply({ revision: 2, backends: [aBackend('new', fresh.port)] });

    expect((await Promise.all(waiting)).every((each) => each.status === 200 && each.body === 'served')).toBe(true);
    expect(serviceStats().held).toBe(0);
  });

  it('lets no more wait than it may, and no longer', async () => {
    await apply({ backends: [], hold: true, limits: { holdRequests: 2, holdSeconds: 0.3 } });
    const waiting = [ask({ port }), ask({ port })];
    await waitUntil('both to wait', () => serviceStats().held === 2, 5);

    expect((await ask({ port })).status).toBe(503);
    expect((await Promise.all(waiting)).map((each) => each.status)).toEqual([503, 503]);
  });

  it('forgets a client that left', async () => {
    await apply({ backends: [], hold: true });
    const leaving = request({ host: '127.0.0.1', port, headers: { host: 'shop.localhost' } });
    leaving.on('error', () => undefined);
    leaving.end();
    await waitUntil('it to wait', () => serviceStats().held === 1, 5);

    leaving.destroy();

    await waitUntil('it to be forgotten', () => serviceStats().held === 0, 5);
  });
});

describe('a backend that fails', () => {
  it('costs nothing when nobody listens there and another one does', async () => {
    const [gone, there] = [await says('gone'), await says('there')];
    await gone.close();
    await apply({ backends: [aBackend('a', gone.port), aBackend('b', there.port)] });

    for (let count = 0; count < 6; count += 1) expect((await ask({ port })).body).toBe('there');
    const posted = await Promise.all(
      Array.from({ length: 6 }, () => ask({ port, method: 'POST', headers: { 'content-length': '0' } })),
    );
    expect(posted.every((each) => each.body === 'there')).toBe(true);
  });

  it('is answered for with 502 when it dies under a request, which is not sent twice', async () => {
    let taken = 0;
    const dying = await program((incoming) => {
      taken += 1;
      incoming.socket.destroy();
    });
    await apply({ backends: [aBackend('a', dying.port)] });

    expect((await ask({ port, method: 'POST', body: 'an order' })).status).toBe(502);
    expect(taken).toBe(1);
    expect(serviceStats().versions).toMatchObject([{ version: 'a', requests: 1, errors: 1 }]);
  });

  it('ends the answer visibly when it dies in the middle of it', async () => {
    const dying = await program((_incoming, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    await apply({ backends: [aBackend('a', dying.port)] });

    await expect(ask({ port })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  it('is given up after so long without a byte: 504', async () => {
    const mute = await patient('never');
    await apply({ backends: [aBackend('a', mute.port)], limits: { backendIdleSeconds: 0.3 } });

    expect((await ask({ port })).status).toBe(504);
  });

  it('is told when the client left', async () => {
    let left = false;
    const slow = await program((incoming) => {
      incoming.on('close', () => {
        left = true;
      });
    });
    await apply({ backends: [aBackend('a', slow.port)] });
    const leaving = request({ host: '127.0.0.1', port, headers: { host: 'shop.localhost' } });
    leaving.on('error', () => undefined);
    leaving.end();
    await waitUntil('the request', () => serviceStats().backends[0]?.inFlight === 1, 5);

    leaving.destroy();

    await waitUntil('the backend to hear of it', () => left, 5);
    await waitUntil('nothing to run', () => serviceStats().backends[0]?.inFlight === 0, 5);
  });
});

describe('what passes through', () => {
  it('arrives whole and in both directions, without being collected', async () => {
    const echo = await program((incoming, response) => incoming.pipe(response));
    await apply({ backends: [aBackend('a', echo.port)] });
    const body = randomBytes(8 * 1024 * 1024);
    const digest = (of: Buffer) => createHash('sha256').update(of).digest('hex');

    const outgoing = request({ host: '127.0.0.1', port, method: 'PUT', headers: { host: 'shop.localhost' } });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);

    expect(digest(Buffer.concat(chunks))).toBe(digest(body));
  });

  it('shows an event stream its headers before its first event, and each event at once', async () => {
    let send: ServerResponse | undefined;
    const events = await program((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      send = response;
    });
    await apply({ backends: [aBackend('a', events.port)] });
    const outgoing = request({ host: '127.0.0.1', port, headers: { host: 'shop.localhost' } }).end();

    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    send?.write('data: one\n\n');
    const [event] = (await once(response, 'data')) as [Buffer];

    expect(event.toString()).toBe('data: one\n\n');
    outgoing.destroy();
  });

  it('tells the backend who asks, and keeps what concerns one connection only', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const curious = await program((incoming, response) => {
      seen.push(incoming.headers);
      response.writeHead(200, { connection: 'x-inner', 'x-inner': 'secret', 'x-outer': 'open' });
      response.end();
    });
    await apply({ backends: [aBackend('a', curious.port)] });

    const answer = await ask({
      port,
      headers: { 'x-forwarded-for': '203.0.113.9', connection: 'x-hop', 'x-hop': 'stays', te: 'trailers', via: 'kept' },
    });

    expect(seen[0]).toMatchObject({
      host: 'shop.localhost',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.localhost',
      via: 'kept',
    });
    expect(seen[0]).not.toHaveProperty('x-hop');
    expect(seen[0]).not.toHaveProperty('te');
    expect(answer.headers).toMatchObject({ 'x-outer': 'open' });
    expect(answer.headers).not.toHaveProperty('x-inner');
  });

  it('keeps several cookies apart, a status text, and trailers', async () => {
    const rich = await program((_incoming, response) => {
      response.writeHead(207, 'Many Things', { 'set-cookie': ['a=1', 'b=2'], trailer: 'x-checksum' });
      response.write('body');
      response.addTrailers({ 'x-checksum': '42' });
      response.end();
    });
    await apply({ backends: [aBackend('a', rich.port)] });

    const answer = await ask({ port });

    expect(answer).toMatchObject({ status: 207, body: 'body', trailers: { 'x-checksum': '42' } });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it('is invited here when the client waits for an invitation, and arrives', async () => {
    const echo = await program((incoming, response) => {
      response.setHeader('x-expected', String(incoming.headers.expect));
      incoming.pipe(response);
    });
    await apply({ backends: [aBackend('a', echo.port)] });
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      headers: { host: 'shop.localhost', expect: '100-continue', 'content-length': '5' },
    });
    outgoing.on('continue', () => outgoing.end('hello'));
    outgoing.flushHeaders();

    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const [body] = (await once(response, 'data')) as [Buffer];

    expect(response.headers['x-expected']).toBe('undefined');
    expect(body.toString()).toBe('hello');
  });

  it.each([
    ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n'],
    ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'],
    ['chunks in disguise', 'transfer-encoding: xchunked\r\ncontent-length: 5\r\n'],
    ['a folded header', 'x-one: 1\r\n two\r\n'],
    ['a name with a space', 'content-length : 5\r\n'],
  ])('is refused when nobody could say where it ends: %s', async (_title, header) => {
    let taken = 0;
    const strict = await program((_incoming, response) => {
      taken += 1;
      response.end();
    });
    await apply({ backends: [aBackend('a', strict.port)] });

    const answer = await sendRaw(`POST / HTTP/1.1\r\nhost: shop.localhost\r\n${header}\r\n0\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(taken).toBe(0);
  });
});

describe('an upgraded connection', () => {
  /** Says what it hears, in capitals. */
  async function shouting(): Promise<Program> {
    const shouts = await program((_incoming, response) => response.writeHead(426, { 'x-why': 'upgrade' }).end('no\n'));
    shouts.server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${incoming.headers.upgrade}\r\n\r\n`,
      );
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      socket.on('error', () => undefined);
    });
    return shouts;
  }

  async function upgrade(): Promise<Socket> {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      headers: { host: 'shop.localhost', connection: 'Upgrade', upgrade: 'websocket' },
    }).end();
    const [, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket];
    return socket;
  }

  it('carries bytes both ways, is counted, and outlives the change of its version', async () => {
    const [old, fresh] = [await shouting(), await says('new')];
    await apply({ backends: [aBackend('old', old.port)] });
    const socket = await upgrade();
    socket.write('hello');
    expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe('HELLO');
    expect(serviceStats().backends).toMatchObject([{ instance: 'old', upgraded: 1 }]);

    await apply({ revision: 2, backends: [aBackend('new', fresh.port)] });
    socket.write('still');

    expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe('STILL');
    socket.destroy();
    await waitUntil('the old one to leave', () => serviceStats().backends.length === 1, 5);
  });

  it('ends on the side of the client when the backend ends it', async () => {
    const shouts = await shouting();
    await apply({ backends: [aBackend('a', shouts.port)] });
    const socket = await upgrade();

    const ended = once(socket, 'close');
    await shouts.close();

    await expect(ended).resolves.toBeDefined();
  });

  it('is answered with what the backend says when that refuses it, and nothing follows on the connection', async () => {
    const refusing = await program((_incoming, response) =>
      response.writeHead(426, { 'x-why': 'no' }).end('not here\n'),
    );
    await apply({ backends: [aBackend('a', refusing.port)] });

    const answer = await sendRaw(
      'GET / HTTP/1.1\r\nhost: shop.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n' +
        'GET /hidden HTTP/1.1\r\nhost: shop.localhost\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
    expect(answer).toMatch(/not here/);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('to HTTP/2 does not happen: the request is served as what it is', async () => {
    const shop = await says('plain');
    await apply({ backends: [aBackend('a', shop.port)] });

    const answer = await sendRaw(
      'GET / HTTP/1.1\r\nhost: shop.localhost\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQ\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/plain/);
  });
});

describe('the counters', () => {
  it('say requests, errors and latency by version', async () => {
    const moody = await program((incoming, response) => {
      response.writeHead(incoming.url === '/bad' ? 500 : 404).end();
    });
    await apply({ backends: [aBackend('one', moody.port)] });

    await ask({ port });
    await ask({ port, path: '/bad' });

    const [counters] = serviceStats().versions;
    expect(counters).toMatchObject({ version: 'one', build: 'build of one', requests: 2, errors: 1 });
    expect(counters?.latency.reduce((sum, each) => sum + each, 0)).toBe(2);
  });
});

describe('a configuration', () => {
  it('older than the one in force changes nothing', async () => {
    const [one, two] = [await says('one'), await says('two')];
    await apply({ revision: 7, backends: [aBackend('a', one.port)] });

    expect(gateway.apply(aConfig({ port, revision: 6, backends: [aBackend('b', two.port)] }))).toBe(false);
    expect((await ask({ port })).body).toBe('one');
  });

  it('with a port that somebody has says so, and takes the port when it is free', async () => {
    const occupant = await says('not the gateway');
    gateway.apply(aConfig({ port: occupant.port, backends: [] }));
    await waitUntil('the fault', () => Object.keys(gateway.stats().listenerFaults).length === 1, 5);
    expect(gateway.stats().listenerFaults[occupant.port]).toBe(`port ${occupant.port} is taken by another program`);

    await occupant.close();

    await waitUntil(
      'the port',
      async () => (await ask({ port: occupant.port }).catch(() => undefined))?.status === 503,
      10,
    );
    expect(gateway.stats().listenerFaults).toEqual({});
  });

  it('without a listener closes it', async () => {
    await apply({ backends: [] });

    gateway.apply({ ...aConfig({ port, revision: 2, backends: [] }), listeners: [] });

    await waitUntil('the port to be closed', async () => !(await canConnect(port)), 5);
  });
});
