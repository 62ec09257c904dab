import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { appendFile, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './lock-directory.ts';
import { rotateLog } from './rotate-log.ts';
import { writeDurably } from './write-durably.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac files '));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a durable write', () => {
  it('replaces the file as a whole, for its owner only, and leaves nothing beside it', async () => {
    const path = join(directory, 'made', 'file');
    await writeDurably(path, 'old');
    await writeDurably(path, 'new');

    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, 'made'))).toEqual(['file']);
  });

  it('that fails leaves what was there', async () => {
    await writeDurably(join(directory, 'file'), 'old');

    await expect(writeDurably(join(directory, 'file', 'below'), 'new')).rejects.toThrow(/ENOTDIR|EEXIST/);

    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('old');
  });

  it('of many at once ends with one of them, whole', async () => {
    const path = join(directory, 'file');
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));

    await Promise.all(texts.map((text) => writeDurably(path, text)));

    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(await readdir(directory)).toEqual(['file']);
  });
});

describe('the lock of a directory', () => {
  async function holder(): Promise<ChildProcess> {
    const program = `
      import { lockDirectory } from '${join(import.meta.dirname, 'lock-directory.ts')}';
      await lockDirectory(process.argv[1]);
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    return child;
  }

  it('is held by one process, which is named, until that ends', async () => {
    const child = await holder();

    await expect(lockDirectory(directory)).rejects.toThrow(`in use by another Almanac (process ${child.pid})`);

    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', '999999999 boot-1\n'],
    ['of a number that another process has by now', `${process.pid} boot-1\n`],
    ['that was cut off', ''],
  ])('%s is taken over', async (_title, text) => {
    await writeFile(join(directory, 'lock'), text);

    const lock = await lockDirectory(directory);

    expect(readFileSync(join(directory, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    await lock.release();
  });
});

describe('a log that grows', () => {
  it('is kept once and emptied, and whoever writes goes on in it', async () => {
    const path = join(directory, 'log');
    const writer = await open(path, 'a');
    await writer.write('x'.repeat(1000));

    expect(await rotateLog(path, 1000)).toBe(false);
    await appendFile(path, 'y');
    expect(await rotateLog(path, 1000)).toBe(true);
    await writer.write('after');
    await writer.close();

    expect(readFileSync(path, 'utf8')).toBe('after');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe(`${'x'.repeat(1000)}y`);
  });

  it('that is not there is no fault', async () => {
    expect(await rotateLog(join(directory, 'none'), 1)).toBe(false);
  });
});
