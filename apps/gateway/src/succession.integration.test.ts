import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayStats, gatewayHealth, gatewayStats } from '@almanac/protocol/gateway';
import { freePorts, startLoad, waitUntil } from '@almanac/testkit';
import { aBackend, aConfig, ask, canConnect, type Program, startProgram } from '@almanac/testkit/data-plane';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, 'main.ts');
let directory: string;
let control: string;
let port: number;
let shop: Program;
let first: ChildProcess;
const waiting: ServerResponse[] = [];

/** Answers at once, when it is told to, or as a WebSocket that says what it hears. */
async function aShop(): Promise<Program> {
  const started = await startProgram((incoming, response) => {
    if (incoming.url === '/slow') waiting.push(response);
    else response.end('ok');
  });
  started.server.on('upgrade', (_incoming, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    socket.pipe(socket).on('error', () => undefined);
  });
  return started;
}

function command(method: string, path: string, document?: unknown): Promise<{ status: number; document: unknown }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: control, method, path, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, document: JSON.parse(text) }));
    });
    outgoing.on('error', reject);
    outgoing.end(document === undefined ? undefined : JSON.stringify(document));
  });
}

const health = async () => gatewayHealth.parse((await command('GET', '/healthz')).document);
const stats = async (): Promise<GatewayStats> => gatewayStats.parse((await command('GET', '/stats')).document);
const handOver = (path = program, name = 'second') =>
  command('POST', '/successor', { command: [process.execPath, path], program: name });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway '));
  control = join(directory, 'gateway.sock');
  port = await freePorts(1);
  shop = await aShop();
  waiting.length = 0;
  first = spawn(
    process.execPath,
    [program, '--control', control, '--state', join(directory, 'gateway.json'), '--program', 'first'],
    { stdio: 'ignore' },
  );
  await waitUntil('the gateway', health, 20);
  await command('PUT', '/config', aConfig({ port, revision: 3, backends: [aBackend('a', shop.port)] }));
  await waitUntil('the listener', () => canConnect(port), 5);
});

afterEach(async () => {
  const current = await health().catch(() => undefined);
  for (const pid of [current?.pid, first.pid]) {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  await shop.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a gateway that hands over to another program', () => {
  it('loses no request of many, whether connections are kept or not', async () => {
    const load = startLoad({ port, host: 'shop.localhost', path: '/', perSecond: 400 });
    const single: string[] = [];
    let done = false;
    const singles = Array.from({ length: 4 }, async () => {
      while (!done) {
        const answer = await ask({ port, method: 'POST', body: '{}' }).catch((error: Error) => error);
        single.push(answer instanceof Error ? answer.message : String(answer.status));
      }
    });
    const pids = [first.pid];
    for (const name of ['second', 'third']) {
      await waitUntil('the one before to have ended', async () => (await handOver(program, name)).status === 200, 30);
      pids.push((await health()).pid);
    }
    await waitUntil('some requests more', async () => single.length > 200, 20);
    done = true;
    await Promise.all(singles);
    const { sent, answered, lost } = await load.stop();

    expect(new Set(pids).size).toBe(3);
    expect(await health()).toMatchObject({ program: 'third' });
    expect(lost).toEqual({});
    expect(new Set(single)).toEqual(new Set(['200']));
    expect(answered).toBe(sent);
    // The counters go on: nothing was forgotten, and nothing counted twice.
    expect((await stats()).services[0]?.versions[0]?.requests).toBe(answered + single.length);
  }, 60_000);

  it('ends there what runs there, with the numbers of both as long as it does', async () => {
    const slow = ask({ port, path: '/slow' });
    const outgoing = request({
      host: '127.0.0.1',
      port,
      headers: { host: 'shop.localhost', connection: 'upgrade', upgrade: 'websocket' },
    }).end();
    const [, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket];
    await waitUntil('the slow request', () => waiting.length === 1, 5);

    expect((await handOver()).status).toBe(200);

    expect((await ask({ port })).status).toBe(200);
    expect((await stats()).services[0]).toMatchObject({
      backends: [{ instance: 'a', inFlight: 2, upgraded: 1 }],
      versions: [{ requests: 2 }],
    });
    socket.write('still here');
    expect(String(((await once(socket, 'data')) as [Buffer])[0])).toBe('still here');
    waiting[0]?.end('late');
    expect((await slow).body).toBe('late');
    const ended = once(first, 'exit');
    socket.end();
    expect(await ended).toEqual([0, null]);
    expect((await stats()).services[0]).toMatchObject({
      backends: [{ instance: 'a', inFlight: 0, upgraded: 0 }],
      versions: [{ requests: 3 }],
    });
  });

  it('follows the configuration of its successor for what is still connected to it', async () => {
    const fresh = await startProgram((_incoming, response) => response.end('fresh'));
    const kept = await keptConnection();
    expect(await kept.ask()).toMatch(/ok$/);
    await handOver();

    await command('PUT', '/config', aConfig({ port, revision: 4, backends: [aBackend('b', fresh.port)] }));

    const answer = await kept.ask();
    expect(answer).toMatch(/fresh$/);
    expect(answer).toMatch(/connection: close/i);
    await waitUntil('the first to end', () => first.exitCode === 0, 10);
    await fresh.close();
  });

  it('goes on as before when the other program does not start', async () => {
    const broken = await handOver(join(directory, 'no-such-program.ts'));

    expect(broken).toMatchObject({ status: 409, document: { detail: expect.stringContaining('ended before') } });
    expect(await health()).toMatchObject({ pid: first.pid, program: 'first' });
    expect((await ask({ port })).status).toBe(200);
    expect((await command('PUT', '/config', aConfig({ port, revision: 5, backends: [] }))).status).toBe(200);
  });
});

/** A client that asks again and again on one connection. */
async function keptConnection() {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return {
    ask: async () => {
      let heard = '';
      const hear = (chunk: Buffer) => {
        heard += chunk.toString('latin1');
      };
      socket.on('data', hear);
      socket.write('GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n');
      await waitUntil('an answer', () => /\r\n\r\n.*(ok|fresh)/s.test(heard), 5);
      socket.off('data', hear);
      return heard.trim().replace(/\r\n0$/, '');
    },
  };
}
