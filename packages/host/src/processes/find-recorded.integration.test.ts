import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@almanac/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRecorded, spawnRecorded } from './spawn-detached.ts';
import { stopGroup } from './stop.ts';

describe.runIf(process.platform === 'linux')('a recorded process whose starter died', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac recorded '));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is found by its status file, and no longer once it ended', async () => {
    const statusFile = join(directory, 'status');
    const outputFile = join(directory, 'output');
    const identity = await spawnRecorded({
      command: '/bin/sh',
      args: ['-c', 'echo up; exec sleep 60'],
      directory,
      environment: { PATH: '/usr/bin:/bin' },
      outputFile,
      statusFile,
    });
    // A command that has not begun yet has no ear for signals.
    await waitUntil('the command to run', async () => (await readFile(outputFile, 'utf8')) === 'up\n');

    expect(findRecorded(statusFile)).toEqual(identity);
    expect(findRecorded(`${statusFile}2`)).toBeUndefined();

    await stopGroup(identity, { graceMs: 5000 });

    expect(findRecorded(statusFile)).toBeUndefined();
    expect(existsSync(statusFile)).toBe(true);
  });

  it('is not taken for what it forked, which has its arguments until it runs something else', async () => {
    const statusFile = join(directory, 'status');
    const forked = spawn('/bin/sh', ['-c', 'read line', 'almanac-instance', statusFile], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(forked, 'spawn');

    expect(findRecorded(statusFile)).toBeUndefined();

    forked.stdin?.end();
    await once(forked, 'exit');
  });
});
