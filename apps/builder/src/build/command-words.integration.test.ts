import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from '@almanac/host';
import { command } from '@almanac/protocol';
import { hostileWords } from '@almanac/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { prepareToolchains } from './toolchain.ts';

const account: Account = { uid: 219_997, gid: 219_997 };
const ways = process.getuid?.() === 0 ? [undefined, account] : [undefined];
const piece = fc.oneof(fc.constantFrom(...hostileWords), fc.string({ maxLength: 8 }));
const word = fc.array(piece, { minLength: 1, maxLength: 3 }).map((each) => each.join('').replaceAll('\0', ''));
const limits = { seconds: 20, outputBytes: 1_000_000, memoryBytes: 1_000_000_000 };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac-commands-'));
  await chmod(directory, 0o755);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the command of a module', () => {
  it.each(ways)(
    'that is a list reaches its program word by word (as %j)',
    async (as) => {
      await writeFile(join(directory, 'record'), `#!/bin/sh\nprintf '%s\\0' "$@"\n`, { mode: 0o755 });
      if (as !== undefined) await chown(directory, as.uid, as.gid);
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 4 }), async (words) => {
          const output: Buffer[] = [];
          const end = await runCommand({
            command: command.parse(['./record', ...words]),
            directory,
            environment: { PATH: '/usr/bin:/bin' },
            limits,
            signal: new AbortController().signal,
            account: as,
            onOutput: (chunk) => output.push(chunk),
            onStarted: () => undefined,
          });

          expect(end).toEqual({ kind: 'exited', code: 0 });
          expect(Buffer.concat(output).toString('utf8').split('\0').slice(0, -1)).toEqual(words);
        }),
        { numRuns: 40, seed: 20_261_130 },
      );
    },
    60_000,
  );
});

describe('the npm of a builder', () => {
  it('is found in a folder of any name, and hears its arguments as they are', async () => {
    const place = join(directory, `--it's $(touch owned) "a";id`);
    const programs = join(place, 'programs', 'node');
    await mkdir(programs, { recursive: true });
    await symlink(process.execPath, join(programs, 'node'));
    const accounts = { claim: async () => account, giveBack: async () => undefined };
    const toolchains = await prepareToolchains({ directory: place, runtime: { path: place, programs, accounts } });
    const { environment } = toolchains.resolve('node', 'web');
    await writeFile(
      join(place, 'package.json'),
      JSON.stringify({ name: 'x', version: '1.0.0', scripts: { say: 'exit 0' } }),
    );
    const npm = join(place, 'programs', 'builds', 'bin', 'npm');

    const { stdout } = await promisify(execFile)(npm, ['pkg', 'get', 'name', '--prefix', place], {
      cwd: place,
      env: { ...environment, HOME: place },
    });

    expect(JSON.parse(stdout)).toBe('x');
    await expect(promisify(execFile)('ls', ['-A', place])).resolves.toMatchObject({
      stdout: '.npm\npackage.json\nprograms\n',
    });
  }, 60_000);
});
