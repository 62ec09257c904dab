import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

const told = z.object({
  ready: z.boolean().optional(),
  url: z.string().optional(),
  setupUrl: z.string().optional(),
  refused: z.string().optional(),
});

/** The server as a process of its own, as the launcher starts it. */
function start(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
    env: { PATH: process.env['PATH'] ?? '', ALMANAC_PORT: '0', ALMANAC_LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const first = once(createInterface(child.stdout), 'line').then(([line]) => told.parse(JSON.parse(String(line))));
  return { child, first, complaints };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [status] = await ended;
  return status;
}

describe('the process of the server', () => {
  let directory = '';
  let running: ChildProcess[] = [];

  const startIn = (environment: Readonly<Record<string, string>> = {}) => {
    const started = start({ ALMANAC_DATA: join(directory, 'data'), ...environment });
    running.push(started.child);
    return started;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac main '));
    running = [];
  });
  afterEach(async () => {
    for (const child of running) await end(child, 'SIGKILL');
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  it('shows the same setup link until it was used, and comes back after kill -9 with what it acknowledged', async () => {
    const before = startIn();
    const { url = '', setupUrl = '' } = await before.first;
    const token = new URL(setupUrl).searchParams.get('token');
    await end(before.child, 'SIGKILL');
    const after = startIn();
    const second = await after.first;
    expect(new URL(second.setupUrl ?? '').searchParams.get('token')).toBe(token);
    expect(second.url).not.toBe(url);

    const done = await fetch(`${second.url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, name: 'ada', password: 'correct horse battery' }),
    });
    await end(after.child, 'SIGKILL');
    const last = startIn();

    expect(done.status).toBe(201);
    expect(await last.first).toEqual({ ready: true, url: expect.any(String) });
    expect(await end(last.child, 'SIGTERM')).toBe(0);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    const refused = startIn({ ALMANAC_PORT: port });

    expect(await refused.first).toEqual({
      refused: 'the port is taken by another program; choose another one with ALMANAC_PORT',
    });
    expect((await once(refused.child, 'exit'))[0]).toBe(1);
    expect(refused.complaints.join('')).not.toContain('    at ');
    other.close();
  });

  it('says in one line that another one runs on its data', async () => {
    await startIn().first;

    const refused = startIn();

    expect((await refused.first).refused).toMatch(/data/);
    expect(refused.complaints.join('')).not.toContain('    at ');
  });

  it.each([
    [{ ALMANAC_PORT: 'many' }, /ALMANAC_PORT must be a port/],
    [{ ALMANAC_PUBLIC_URL: 'nowhere' }, /ALMANAC_PUBLIC_URL must be a URL/],
    [{ DATABASE_URL: 'postgres://almanac@127.0.0.1:1/almanac' }, /database/i],
  ])('refuses %j in one line', async (environment, sentence) => {
    const refused = startIn(environment);

    expect((await refused.first).refused).toMatch(sentence);
    expect(refused.complaints.join('')).not.toContain('    at ');
  });
});
