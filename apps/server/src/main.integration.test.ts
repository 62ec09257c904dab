import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from './server-process-for-tests.ts';

describe('the process of the server', () => {
  let directory = '';
  let running: ServerProcess[] = [];

  const startIn = (environment: Readonly<Record<string, string>> = {}) => {
    const started = startServerProcess({ ALMANAC_DATA: join(directory, 'data'), ...environment });
    running.push(started);
    return started;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac main '));
    running = [];
  });
  afterEach(async () => {
    for (const server of running) await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  it('shows the same setup link until it was used, and comes back after kill -9 with what it acknowledged', async () => {
    const before = startIn();
    const { url = '', setupUrl = '' } = await before.told;
    const token = new URL(setupUrl).searchParams.get('token');
    await before.end('SIGKILL');
    const after = startIn();
    const second = await after.told;
    expect(new URL(second.setupUrl ?? '').searchParams.get('token')).toBe(token);
    expect(second.url).not.toBe(url);

    const done = await fetch(`${second.url}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, name: 'ada', password: 'correct horse battery' }),
    });
    await after.end('SIGKILL');
    const last = startIn();

    expect(done.status).toBe(201);
    expect(await last.told).toEqual({ ready: true, url: expect.any(String) });
    expect(await last.end('SIGTERM')).toBe(0);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    const refused = startIn({ ALMANAC_PORT: port });

    expect(await refused.told).toEqual({
      refused: 'the port is taken by another program; choose another one with ALMANAC_PORT',
    });
    expect(await refused.ended).toBe(1);
    expect(refused.complaints.join('')).not.toContain('    at ');
    other.close();
  });

  it('says in one line that another one runs on its data', async () => {
    await startIn().told;

    const refused = startIn();

    expect((await refused.told).refused).toMatch(/data/);
    expect(refused.complaints.join('')).not.toContain('    at ');
  });

  it.each([
    [{ ALMANAC_PORT: 'many' }, /ALMANAC_PORT must be a port/],
    [{ ALMANAC_PUBLIC_URL: 'nowhere' }, /ALMANAC_PUBLIC_URL must be a URL/],
    [{ DATABASE_URL: 'postgres://almanac@127.0.0.1:1/almanac' }, /database/i],
  ])('refuses %j in one line', async (environment, sentence) => {
    const refused = startIn(environment);

    expect((await refused.told).refused).toMatch(sentence);
    expect(refused.complaints.join('')).not.toContain('    at ');
  });
});
