import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Estate, freePorts, startEstate } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../apps/launcher/src/main.ts');

/** Starts Almanac where it cannot start, and gives all that it says. */
async function start(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly output: string }> {
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...environment } });
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const [status] = (await once(child, 'close')) as [number];
  return { status, output };
}

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a start that cannot be', () => {
  let estate: Estate;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac start '));
    await chmod(directory, 0o700);
    estate = await startEstate();
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('because another Almanac has the data says which process that is', async () => {
    const port = await freePorts(1);

    const ended = await start({ ALMANAC_DATA: estate.data, ALMANAC_PORT: `${port}` });

    expect(ended).toEqual({
      status: 1,
      output: expect.stringMatching(
        /^almanac: .* is in use by another Almanac \(process \d+\); stop it first, or [^\n]*\n$/,
      ),
    });
  });

  it.each([
    ['ALMANAC_PORT', 0],
    ['ALMANAC_SITE_PORT', 1],
  ])('because the port in %s is taken names another one, and leaves nothing running', async (variable, index) => {
    const first = await freePorts(4);
    const occupant = await occupy(first + index);
    const data = join(directory, variable);

    const ended = await start({ ALMANAC_DATA: data, ALMANAC_PORT: `${first}`, ALMANAC_SITE_PORT: `${first + 1}` });

    occupant.close();
    expect(ended).toEqual({
      status: 1,
      output: `almanac: port ${first + index} is taken by another program; choose another one: ${variable}=${first + index + (first > 64_000 ? -100 : 100)} npm start\n`,
    });
    expect(await readdir(data)).not.toContain('lock');
    expect(await readdir(data)).not.toContain('postgres');
  });

  it.each(['no number', '0', '70000'])('because %s is no port says so', async (port) => {
    expect(await start({ ALMANAC_DATA: join(directory, 'port'), ALMANAC_PORT: port })).toEqual({
      status: 1,
      output: `almanac: ALMANAC_PORT must be a port from 1 to 65533, not "${port}"\n`,
    });
  });
});
