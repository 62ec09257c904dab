import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { freePorts, waitUntil } from '@almanac/testkit';
import {
  aBackend,
  aConfig,
  ask,
  canConnect,
  type Program,
  sendRaw,
  startProgram,
  startRecorder,
  startTcpProgram,
} from '@almanac/testkit/data-plane';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from './gateway.ts';
import { aGateway } from './gateway-for-tests.ts';

let port: number;
let gateway: Gateway;
let logged: string[];
let programs: Pick<Program, 'close'>[];

beforeEach(async () => {
  port = await freePorts(1);
  logged = [];
  gateway = aGateway((line) => logged.push(line));
  programs = [];
});

afterEach(async () => {
  await gateway.close(0);
  await Promise.all(programs.map((each) => each.close()));
});

async function program(handler: Parameters<typeof startProgram>[0]): Promise<Program> {
  const started = await startProgram(handler);
  programs.push(started);
  return started;
}

const says = (words: string) => program((_request, response) => response.end(words));

/** Takes a configuration over, and waits until its listeners are open. */
async function apply(config: Omit<Parameters<typeof aConfig>[0], 'port'>): Promise<void> {
  gateway.apply(aConfig({ port, ...config }));
  await waitUntil('the listener', () => canConnect(port), 5);
}

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

  it('gives a listener to one service, whatever the host name', async () => {
    const shop = await says('shop');
    const config = aConfig({ port, backends: [aBackend('a', shop.port)] });
    gateway.apply({
      ...config,
      listeners: [{ address: '127.0.0.1', port, target: { kind: 'service', service: 'shop/web' }, tls: null }],
    });
    await waitUntil('the listener', () => canConnect(port), 5);

    expect((await ask({ port, headers: { host: '127.0.0.1' } })).body).toBe('shop');
  });
});

describe('what the gateway does beyond any data plane', () => {
  it('follows the weights of versions exactly, one request at a time', async () => {
    const [old, fresh] = [await says('old'), await says('new')];
    await apply({ weights: { old: 95, new: 5 }, backends: [aBackend('old', old.port), aBackend('new', fresh.port)] });

    const answers: string[] = [];
    for (let count = 0; count < 100; count += 1) answers.push((await ask({ port })).body);

    expect(answers.filter((each) => each === 'new')).toHaveLength(5);
  });

  it('forgets a backend that left once nothing of it runs', async () => {
    let answer: (() => void) | undefined;
    const slow = await program((_request, response) => {
      answer = () => response.end('late');
    });
    await apply({ backends: [aBackend('old', slow.port)] });
    const running = ask({ port });
    await waitUntil('the request', () => answer !== undefined, 5);

    await apply({ revision: 2, backends: [] });
    expect(gateway.stats().services[0]?.backends.map((each) => each.instance)).toEqual(['old']);
    answer?.();

    expect((await running).body).toBe('late');
    await waitUntil('it to leave', () => gateway.stats().services[0]?.backends.length === 0, 5);
  });

  it('says once in its log why it refuses the answers of a backend', async () => {
    const unclear = await startTcpProgram((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab')),
    );
    programs.push(unclear);
    await apply({ backends: [aBackend('a', unclear.port)] });

    for (let turn = 0; turn < 3; turn += 1) expect((await ask({ port })).status).toBe(502);

    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      service: 'shop/web',
      instance: 'a',
      err: { message: 'the answer of the backend is unclear: its length is not one number' },
    });
  });

  it('passes no trailer on that says whom a request is for, who sent it or where it ends', async () => {
    const recorder = await startRecorder();
    programs.push(recorder);
    await apply({ backends: [aBackend('a', recorder.port)] });
    const trailers = ['host: other', 'authorization: x', 'x-forwarded-for: ::1', 'connection: close', 'x-checksum: 42'];

    await sendRaw(
      port,
      `POST / HTTP/1.1\r\nhost: shop.localhost\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n${trailers.join('\r\n')}\r\n\r\n`,
      500,
    );

    expect(recorder.received()).toEqual([expect.stringMatching(/\r\n0\r\nx-checksum: 42\r\n\r\n$/)]);
  });

  it('keeps what a backend says of its connection, and its status text', async () => {
    const rich = await program((_incoming, response) => {
      response.writeHead(207, 'Many Things', { connection: 'x-inner', 'x-inner': 'secret', 'x-outer': 'open' }).end();
    });
    await apply({ backends: [aBackend('a', rich.port)] });

    const outgoing = request({ host: '127.0.0.1', port, headers: { host: 'shop.localhost' } }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();

    expect(response.statusMessage).toBe('Many Things');
    expect(response.headers).toMatchObject({ 'x-outer': 'open' });
    expect(response.headers).not.toHaveProperty('x-inner');
  });

  it('passes on what a backend says that refuses an upgrade, and lets nothing follow on the connection', async () => {
    const refusing = await program((_incoming, response) => response.writeHead(426).end('not here\n'));
    await apply({ backends: [aBackend('a', refusing.port)] });

    const answer = await sendRaw(
      port,
      'GET / HTTP/1.1\r\nhost: shop.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n' +
        'GET /hidden HTTP/1.1\r\nhost: shop.localhost\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
    expect(answer).toMatch(/not here/);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});
