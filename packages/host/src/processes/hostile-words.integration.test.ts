import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileWords, waitUntil } from '@almanac/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, asAccount, openLocalAuthority, spawnRecorded, startPostgres } from '../index.ts';

const account: Account = { uid: 219_998, gid: 219_998 };
const piece = fc.oneof(fc.constantFrom(...hostileWords), fc.string({ maxLength: 8 }));
const text = fc.array(piece, { minLength: 1, maxLength: 3 }).map((each) => each.join('').replaceAll('\0', ''));
const folderName = text.map((each) => each.replaceAll('/', '_').slice(0, 60)).filter((each) => !/^\.{0,2}$/.test(each));
/** Notes its arguments, where it is and one variable of its environment, each ended by a zero byte. */
const recorder = `#!/bin/sh\nfor each in "$@" "$PWD" "$SAID"; do printf '%s\\0' "$each"; done\n`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'almanac-words-'));
  await chmod(root, 0o755);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Starts a recorder in a folder of that name, with these arguments, and gives what it was told. */
async function recorded(input: {
  readonly name: string;
  readonly args: readonly string[];
  readonly said: string;
  readonly account: Account | undefined;
}): Promise<readonly string[]> {
  const place = await mkdtemp(join(root, 'run-'));
  const directory = join(place, input.name);
  const [program, outputFile, statusFile] = [join(directory, input.name), join(place, 'output'), join(place, 'status')];
  await mkdir(directory);
  await writeFile(program, recorder, { mode: 0o755 });
  for (const each of [place, directory]) {
    await chmod(each, 0o755);
    if (input.account !== undefined) await chown(each, input.account.uid, input.account.gid);
  }
  await spawnRecorded({
    command: program,
    args: input.args,
    directory,
    environment: { PATH: '/usr/bin:/bin', SAID: input.said, 'NO NAME;id': '$(id)' },
    outputFile,
    statusFile,
    account: input.account,
  });
  await waitUntil('the recorder to end', () => existsSync(statusFile), 10);
  const output = (await readFile(outputFile, 'utf8')).split('\0').slice(0, -1);
  await rm(place, { recursive: true, force: true });
  return output.map((each) => each.replaceAll(directory, 'HERE'));
}

describe('a program of a module', () => {
  const ways = process.getuid?.() === 0 ? [undefined, account] : [undefined];

  it.each(ways)(
    'gets each word, its folder and its environment as they are (as %j)',
    async (as) => {
      await fc.assert(
        fc.asyncProperty(folderName, fc.array(text, { maxLength: 4 }), text, async (name, args, said) => {
          const told = await recorded({ name, args, said, account: as });

          expect(told).toEqual([...args, 'HERE', said]);
        }),
        { numRuns: 40, seed: 20_261_130 },
      );
    },
    60_000,
  );

  it('stands behind all that setpriv could take for an option', () => {
    fc.assert(
      fc.property(text, fc.array(text), (command, args) => {
        const line = asAccount(account, { command, args });
        const end = line.args.indexOf('--');

        expect(line.args.slice(end + 1)).toEqual([command, ...args]);
        expect(line.args.slice(0, end).join(' ')).toMatch(/^(--[a-z-]+(=[\w-]+)? ?)+$/);
      }),
    );
  });
});

describe('a PostgreSQL', () => {
  it('is made and started in a folder of any name', async () => {
    const directory = join(root, `--config-file=x $(touch owned) 'a"b;id`);
    await mkdir(directory, { mode: 0o700 });

    const postgres = await startPostgres({
      dataDirectory: join(directory, '-c hba_file=x'),
      logFile: join(directory, '--log'),
      mode: { kind: 'private-socket' },
      guarded: true,
    });
    await postgres.stop();

    expect(existsSync(join(directory, '-c hba_file=x', 'PG_VERSION'))).toBe(true);
  });
});

describe('a certificate', () => {
  it('is made for names of hosts alone, whatever openssl could take another name for', async () => {
    const record = join(root, 'openssl-record');
    const programs = join(root, 'programs');
    await mkdir(programs);
    // It makes every file that it is told to write, so that what follows finds it.
    await writeFile(
      join(programs, 'openssl'),
      `#!/bin/sh\nprintf '%s\\0' "$@" >> '${record}'\nwhile [ $# -gt 0 ]; do case $1 in -out|-keyout) : > "$2" ;; esac; shift; done\n`,
      { mode: 0o755 },
    );
    const path = process.env['PATH'];
    process.env['PATH'] = `${programs}:${path}`;
    try {
      const authority = await openLocalAuthority(join(root, 'authority'));
      const name = fc.oneof(
        text,
        fc.constantFrom('shop.test', '*.shop.test', '-subj', 'a.test/O=x', 'a.test,IP:1.1.1.1'),
      );
      const counts = { made: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(name, async (host) => {
          await writeFile(record, '');
          const isMade = await authority.issue('site', [host]).then(
            () => true,
            () => false,
          );
          counts[isMade ? 'made' : 'refused'] += 1;
          const told = (await readFile(record, 'utf8')).split('\0');

          if (isMade) expect(told.filter((each) => each.includes(host))).toContain(`/CN=${host}`);
          else expect(told).toEqual(['']);
          if (isMade) expect(host).toMatch(/^(\*\.)?[\w.-]+$/);
        }),
        { numRuns: 60, seed: 20_261_130, examples: [['shop.test'], ['*.shop.test'], ['-subj'], ['a.test/O=x']] },
      );

      expect(counts.made).toBeGreaterThan(3);
      expect(counts.refused).toBeGreaterThan(20);
    } finally {
      process.env['PATH'] = path;
    }
  });
});
