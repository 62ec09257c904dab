import { execFile, execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Another way from one file to the next, and the bytes that it moves. */
export interface Competitor {
  readonly name: string;
  readonly isInstalled: () => boolean;
  readonly bytesMoved: (files: {
    readonly from: string;
    readonly to: string;
    readonly scratch: string;
  }) => Promise<number>;
}

export const competitors: readonly Competitor[] = [
  {
    // 19 is the strongest level that needs no more memory than usual on the receiving side.
    name: 'zstd -19 --patch-from',
    isInstalled: () => answers('zstd', '--version'),
    bytesMoved: async ({ from, to, scratch }) => {
      const patch = join(scratch, 'patch.zst');
      await run('zstd', ['-q', '-f', '-19', `--patch-from=${from}`, to, '-o', patch]);
      return (await stat(patch)).size;
    },
  },
  {
    name: 'rsync -z',
    isInstalled: () => answers('rsync', '--version'),
    bytesMoved: async ({ from, to, scratch }) => {
      const there = join(scratch, 'there.tar');
      await copyFile(from, there);
      const options = ['-z', '--compress-level=9', '--no-whole-file', '--ignore-times', '--stats'];
      const { stdout } = await run('rsync', [...options, to, there], { env: { ...process.env, LC_ALL: 'C' } });
      const count = (what: string) =>
        Number((new RegExp(`Total bytes ${what}: ([\\d,]+)`).exec(stdout)?.[1] ?? '').replaceAll(',', ''));
      return count('sent') + count('received');
    },
  },
  {
    name: 'casync',
    isInstalled: () => answers('casync', '--version'),
    bytesMoved: async ({ from, to, scratch }) => {
      const store = join(scratch, 'store');
      await mkdir(store);
      await run('casync', ['make', `--store=${store}`, join(scratch, 'from.caibx'), from]);
      const before = new Set(await chunksIn(store));
      await run('casync', ['make', `--store=${store}`, join(scratch, 'to.caibx'), to]);
      let bytes = (await stat(join(scratch, 'to.caibx'))).size;
      for (const chunk of await chunksIn(store)) if (!before.has(chunk)) bytes += (await stat(join(store, chunk))).size;
      await rm(store, { recursive: true });
      return bytes;
    },
  },
];

async function chunksIn(store: string): Promise<readonly string[]> {
  return (await readdir(store, { recursive: true })).filter((each) => each.endsWith('.cacnk'));
}

function answers(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
