import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, waitUntil } from '@almanac/testkit';
import { aBackend, aConfig, ask, type Program, startProgram } from '@almanac/testkit/data-plane';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let directory: string;
let control: string;
let state: string;
let port: number;
let shop: Program;
const started: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway '));
  control = join(directory, 'run', 'gateway.sock');
  state = join(directory, 'gateway.json');
  port = await freePorts(1);
  shop = await startProgram((_request, response) => response.end('shop'));
});

afterEach(async () => {
  for (const each of started.splice(0)) each.kill('SIGKILL');
  await shop.close();
  await rm(directory, { recursive: true, force: true });
});

function start(): { readonly process: ChildProcess; readonly output: () => string } {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), '--control', control, '--state', state],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  started.push(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  return { process: child, output: () => output };
}

async function startReady() {
  const gateway = start();
  await waitUntil('the gateway', () => gateway.output().includes('gateway ready'), 20);
  return gateway;
}

function command(method: string, path: string, body?: string): Promise<{ status: number; document: unknown }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: control, method, path, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, document: JSON.parse(text) }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const configText = (revision: number) =>
  JSON.stringify(aConfig({ port, revision, backends: [aBackend('a', shop.port)] }));
const serves = () =>
  waitUntil('the shop', async () => (await ask({ port }).catch(() => undefined))?.body === 'shop', 10);

describe('the control socket of a gateway', () => {
  it('takes a configuration, refuses an older one with 409, and one that makes no sense with the place of the fault', async () => {
    await startReady();

    expect(await command('PUT', '/config', configText(3))).toEqual({ status: 200, document: { revision: 3 } });
    expect((await command('PUT', '/config', configText(2))).status).toBe(409);
    expect(await command('PUT', '/config', '{"revision":4,"listeners":[{"port":0}],"services":[]}')).toMatchObject({
      status: 422,
      document: { detail: expect.stringContaining('listeners.0.port') },
    });
    expect((await command('PUT', '/config', 'not JSON')).status).toBe(422);
    expect(await command('GET', '/stats')).toMatchObject({ status: 200, document: { revision: 3 } });
    expect((await command('DELETE', '/config')).status).toBe(404);
    await serves();
  });

  it('opens to its own account only', async () => {
    await startReady();

    expect(statSync(control).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'run')).mode & 0o777).toBe(0o700);
  });

  it('is not taken from a gateway that lives', async () => {
    await startReady();
    const second = start();

    const [code] = (await once(second.process, 'exit')) as [number];

    expect(code).toBe(1);
    expect(second.output()).toContain('another gateway answers on');
    expect(await command('GET', '/healthz')).toMatchObject({ status: 200 });
  });
});

describe('a gateway that was killed', () => {
  it('serves what it served before, as soon as it is there again and before anybody configures it', async () => {
    const first = await startReady();
    await command('PUT', '/config', configText(5));
    await serves();

    first.process.kill('SIGKILL');
    await once(first.process, 'exit');
    await startReady();

    await serves();
    expect(await command('GET', '/stats')).toMatchObject({ document: { revision: 5 } });
  });

  it('starts with nothing when what it kept cannot be read', async () => {
    await writeFile(state, '{"revision": 5, "listen');
    const gateway = await startReady();

    expect(gateway.output()).toContain('"revision":0');
    expect(await command('PUT', '/config', configText(1))).toMatchObject({ status: 200 });
    await serves();
  });
});

describe('a gateway that is asked to stop', () => {
  it('lets the request that runs end, and then ends itself with 0', async () => {
    let answer: (() => void) | undefined;
    const slow = await startProgram((_request, response) => {
      answer = () => response.end('late');
    });
    const gateway = await startReady();
    await command('PUT', '/config', JSON.stringify(aConfig({ port, backends: [aBackend('a', slow.port)] })));
    const running = waitUntil('an answer', () => ask({ port }), 10);
    await waitUntil('the request', () => answer !== undefined, 10);

    gateway.process.kill('SIGTERM');
    const ended = once(gateway.process, 'exit');
    await waitUntil('the control socket to close', () => !existsSync(control), 5);
    answer?.();

    expect(await running).toMatchObject({ status: 200, body: 'late' });
    expect(await ended).toEqual([0, null]);
    await slow.close();
  });
});
