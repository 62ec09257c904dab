import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildConsole } from './build-console.ts';

describe('the console that a launcher builds', () => {
  let root: string;
  const builds = () => join(root, 'apps', 'console', 'dist');

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'almanac console '));
    for (const source of ['apps/console', 'packages/domain/src', 'packages/protocol/src', 'packages/client/src'])
      await mkdir(join(root, source), { recursive: true });
    await writeFile(join(root, 'package-lock.json'), '{}');
    await writeFile(join(root, 'apps/console/index.html'), 'first');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** A compiler that copies the one page, after what is asked of it first. */
  const build = (before: (directory: string) => Promise<unknown> = async () => undefined) =>
    buildConsole({
      root,
      say: () => undefined,
      logFile: 'build.log',
      compile: async (workspace, directory) => {
        await mkdir(directory, { recursive: true });
        await before(directory);
        await writeFile(join(directory, 'index.html'), await readFile(join(workspace, 'index.html')));
        return 0;
      },
    });
  const pageIn = (directory: string) => readFile(join(directory, 'index.html'), 'utf8');

  it('is built once for the same sources', async () => {
    const first = await build();
    const second = await build(() => Promise.reject(new Error('built again')));
    expect(second).toBe(first);
    expect(await pageIn(second)).toBe('first');
  });

  it('is built again after a change, and takes the place of the one before', async () => {
    await build();
    await writeFile(join(root, 'apps/console/index.html'), 'second');
    const directory = await build();
    expect(await pageIn(directory)).toBe('second');
    expect(await readdir(builds())).toHaveLength(1);
  });

  it('is whole for two launchers that build it at the same time', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = build(() => gate.promise);
    const quick = await build();
    gate.resolve();
    expect(await slow).toBe(quick);
    expect(await pageIn(quick)).toBe('first');
    expect(await readdir(builds())).toHaveLength(1);
  });

  it('leaves nothing of a build that failed, or that was killed', async () => {
    await expect(build(() => Promise.reject(new Error('no space left')))).rejects.toThrow('no space left');
    expect(await readdir(builds())).toEqual([]);

    const beyondEveryProcess = 2 ** 22 + 1;
    await mkdir(join(builds(), `building-${beyondEveryProcess}-x`));
    await build();
    expect(await readdir(builds())).toHaveLength(1);
  });
});
