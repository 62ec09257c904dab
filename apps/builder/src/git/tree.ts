import { mkdir, rm } from 'node:fs/promises';
import { posix } from 'node:path';
import { failed } from '../jobs/job-fault.ts';
import type { Git } from './git.ts';

export interface CommitTree {
  readonly git: Git;
  readonly directory: string;
  readonly commit: string;
  readonly signal: AbortSignal;
}

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly hash: string;
}

/** Reads a text file of a commit without checking it out; `kind` says what it is to whoever named its path. */
export async function readText(
  tree: CommitTree,
  input: { readonly path: string; readonly kind: 'manifest' | 'file'; readonly maxBytes: number },
): Promise<string> {
  const { path, kind, maxBytes } = input;
  const entry = await entryAt(tree, path);
  if (entry === undefined) {
    throw failed(
      `${kind}-missing`,
      `there is no ${path} at commit ${tree.commit.slice(0, 8)}; add one or give another ${kind === 'manifest' ? 'manifest path' : 'path'}`,
    );
  }
  if (entry.type !== 'blob' || entry.mode === '120000')
    throw failed(`${kind}-invalid`, `${path} is not a regular file`);
  const size = Number(
    await tree.git.run(['--git-dir', tree.directory, 'cat-file', '-s', entry.hash], { signal: tree.signal }),
  );
  if (size > maxBytes) throw failed(`${kind}-invalid`, `${path} is larger than ${maxBytes} bytes`);
  return tree.git.run(['--git-dir', tree.directory, 'cat-file', 'blob', entry.hash], { signal: tree.signal });
}

/**
 * The identity of a folder or file of a commit: its git hash. Refuses what is missing, what a symlink leads to and
 * what belongs to a submodule, because their content is not in this repository.
 */
export async function hashAt(
  tree: CommitTree,
  input: { readonly path: string; readonly module: string },
): Promise<string> {
  const normal = posix.normalize(input.path);
  if (normal === '..' || normal.startsWith('../') || posix.isAbsolute(normal)) {
    throw failed('path-outside-repository', `${input.path} of module ${input.module} leads out of the repository`, {
      module: input.module,
    });
  }
  const steps = normal === '.' ? [] : normal.replace(/\/$/, '').split('/');
  let entry: TreeEntry | undefined;
  for (let length = 1; length <= steps.length; length += 1) {
    const path = steps.slice(0, length).join('/');
    entry = await entryAt(tree, path);
    if (entry === undefined)
      throw failed('manifest-invalid', `module ${input.module} names ${input.path}, which is not in the repository`, {
        module: input.module,
      });
    if (entry.mode === '120000')
      throw failed(
        'path-outside-repository',
        `${path} of module ${input.module} is a symbolic link; name the folder itself`,
        { module: input.module },
      );
    if (entry.type === 'commit')
      throw failed(
        'path-outside-repository',
        `${path} of module ${input.module} lies in a submodule; submodules are not supported`,
        { module: input.module },
      );
  }
  if (entry !== undefined) return entry.hash;
  return (
    await tree.git.run(['--git-dir', tree.directory, 'rev-parse', `${tree.commit}^{tree}`], { signal: tree.signal })
  ).trim();
}

/** Writes exactly the files of a commit into a new directory: no `.git`, no submodules, no filters. */
export async function checkOut(tree: CommitTree, into: string): Promise<void> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true, mode: 0o700 });
  const env = { GIT_INDEX_FILE: `${into}.index` };
  try {
    await tree.git.run(['--git-dir', tree.directory, 'read-tree', tree.commit], { signal: tree.signal, env });
    await tree.git.run(
      ['--git-dir', tree.directory, '--work-tree', into, 'checkout-index', '--all', '--force', `--prefix=${into}/`],
      {
        signal: tree.signal,
        seconds: 600,
        env,
      },
    );
  } finally {
    await rm(env.GIT_INDEX_FILE, { force: true });
  }
}

/** Whether a commit holds something at a path. */
export async function contains(tree: CommitTree, path: string): Promise<boolean> {
  return (await entryAt(tree, path)) !== undefined;
}

async function entryAt(tree: CommitTree, path: string): Promise<TreeEntry | undefined> {
  const output = await tree.git.run(
    ['--git-dir', tree.directory, 'ls-tree', '-z', '--end-of-options', tree.commit, '--', `:(literal)${path}`],
    { signal: tree.signal },
  );
  const line = output.split('\0')[0] ?? '';
  const match = /^(\d+) (\w+) ([0-9a-f]+)\t/.exec(line);
  const [, mode, type, hash] = match ?? [];
  if (mode === undefined || type === undefined || hash === undefined) return undefined;
  return { mode, type, hash };
}
