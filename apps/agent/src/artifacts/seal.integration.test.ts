import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtSealed, type ReadFiles, unsealed, writeSeal } from './seal.ts';

const contents = { 'server.js': 'serve()', 'lib/price.js': 'price()', 'README.md': 'read me' };

describe('a release and its seal', () => {
  let parent: string;
  let directory: string;
  let read: ReadFiles;

  const look = (full = false) => lookAtSealed({ directory, full, read });
  const write = (name: string, text: string) => writeFile(join(directory, name), text);

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'almanac seal '));
    directory = join(parent, 'web-0123');
    read = new Map();
    await mkdir(join(directory, 'lib'), { recursive: true });
    for (const [name, text] of Object.entries(contents)) await write(name, text);
    await writeSeal(
      directory,
      new Map(Object.entries(contents).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')])),
    );
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('are one while nobody writes', async () => {
    expect(await look()).toEqual({ files: 3, changed: [] });
    expect(await look(true)).toEqual({ files: 3, changed: [] });
  });

  it('differ where a file was changed, replaced or taken away', async () => {
    await look();
    await write('server.js', 'steal()');
    await rm(join(directory, 'lib'), { recursive: true });
    await rm(join(directory, 'README.md'));
    await mkdir(join(directory, 'README.md'));

    expect((await look()).changed).toEqual([
      { name: 'server.js', how: 'changed' },
      { name: 'lib/price.js', how: 'gone' },
      { name: 'README.md', how: 'changed' },
    ]);
  });

  it('differ also where size and time were kept', async () => {
    await look();
    const { atime, mtime } = await stat(join(directory, 'server.js'));
    await write('server.js', 'serve{}');
    await utimes(join(directory, 'server.js'), atime, mtime);

    expect((await look()).changed).toEqual([{ name: 'server.js', how: 'changed' }]);
  });

  it('say nothing of files that an application adds', async () => {
    await write('cache.db', 'of the application');

    expect((await look()).changed).toEqual([]);
  });

  it('are not compared where there is no seal', async () => {
    await rm(`${directory}.seal`);
    await write('server.js', 'changed');

    expect(await look()).toEqual({ files: 0, changed: [] });
  });

  it('are known by each other', () => {
    expect(unsealed(`${directory}.seal`)).toBe(directory);
    expect(unsealed(directory)).toBe(directory);
  });
});
