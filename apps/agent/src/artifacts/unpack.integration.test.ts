import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from './unpack.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac artifacts '));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

type Entry = Partial<Header> & { readonly name: string } & { readonly content?: string };

async function tarOf(...entries: readonly Entry[]): Promise<string> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const file = join(directory, 'artifact.tar');
  await writeFile(file, await buffer(tar));
  return file;
}

describe('unpacking an artifact', () => {
  it('gives files, folders, links and what may be run', async () => {
    const file = await tarOf(
      { name: 'bin/', type: 'directory' },
      { name: 'bin/start', mode: 0o755, content: '#!/bin/sh' },
      { name: 'deep/er/file.txt', mode: 0o600, content: 'text' },
      { name: 'link', type: 'symlink', linkname: 'deep/er' },
    );
    const into = join(directory, 'release');

    await unpack({ file, into });

    expect(readFileSync(join(into, 'deep/er/file.txt'), 'utf8')).toBe('text');
    expect(statSync(join(into, 'bin/start')).mode & 0o777).toBe(0o755);
    expect(statSync(join(into, 'deep/er/file.txt')).mode & 0o777).toBe(0o644);
    expect(await readlink(join(into, 'link'))).toBe('deep/er');
  });

  it.each<[string, readonly Entry[]]>([
    ['a path that leads out', [{ name: '../evil', content: 'x' }]],
    ['an absolute path', [{ name: '/tmp/evil', content: 'x' }]],
    ['a hidden way out', [{ name: 'a/../../evil', content: 'x' }]],
    ['a link that leads out', [{ name: 'a', type: 'symlink', linkname: '../evil' }]],
    ['an absolute link', [{ name: 'a', type: 'symlink', linkname: '/etc' }]],
    [
      'links that lead out together',
      [
        { name: 'x/y', type: 'symlink', linkname: '..' },
        { name: 'x/y/z', type: 'symlink', linkname: '../../evil' },
      ],
    ],
    [
      'a file behind a link',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'a/file', content: 'x' },
      ],
    ],
    [
      'a file in the place of a link',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'a', content: 'x' },
      ],
    ],
    ['a hard link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }]],
    ['a device', [{ name: 'a', type: 'character-device', devmajor: 1, devminor: 3 }]],
    ['a pipe', [{ name: 'a', type: 'fifo' }]],
  ])('refuses %s, and leaves nothing', async (_title, entries) => {
    const file = await tarOf({ name: 'before', content: 'fine' }, ...entries);

    await expect(unpack({ file, into: join(directory, 'release') })).rejects.toThrow(/artifact|through a link/);

    expect(await readdir(directory)).toEqual(['artifact.tar']);
  });

  it('of half a file leaves nothing', async () => {
    const file = await tarOf({ name: 'a', content: 'x'.repeat(100_000) });
    await writeFile(file, readFileSync(file).subarray(0, 50_000));

    await expect(unpack({ file, into: join(directory, 'release') })).rejects.toThrow('Unexpected end');

    expect(await readdir(directory)).toEqual(['artifact.tar']);
  });

  it('has its name only once it is complete', async () => {
    const file = await tarOf({ name: 'a', content: 'x' });
    const into = join(directory, 'release');

    await expect(
      unpack({
        file,
        into,
        complete: async () => {
          expect(existsSync(into)).toBe(false);
          throw new Error('no volume');
        },
      }),
    ).rejects.toThrow('no volume');

    expect(await readdir(directory)).toEqual(['artifact.tar']);
  });
});
