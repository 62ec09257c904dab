import { stat } from 'node:fs/promises';
import type { JobResultInput } from '@almanac/protocol';
import { failed } from '../jobs/job-fault.ts';
import { type Git, GitError } from './git.ts';
import type { Mirrors } from './mirror.ts';
import type { OpenRemote, Source } from './remote.ts';

/**
 * Makes a branch at a commit in the repository itself. One that is there already and contains the commit is taken as it
 * is. Where the repository does not let us, the result says with which command somebody else can.
 */
export async function makeBranch(input: {
  readonly git: Git;
  readonly mirrors: Mirrors;
  readonly openRemote: OpenRemote;
  readonly source: Source;
  readonly commit: string;
  readonly signal: AbortSignal;
}): Promise<JobResultInput> {
  const { git, source, commit, signal } = input;
  const directory = await input.mirrors.fetchCommit({ ...source, commit }, signal);
  const branch = `refs/heads/${source.branch}`;
  const inMirror = (...args: readonly string[]) => git.run(['--git-dir', directory, ...args], { signal });
  const there = await inMirror('rev-parse', '--verify', '--quiet', '--end-of-options', `${branch}^{commit}`).catch(
    () => undefined,
  );
  signal.throwIfAborted();
  if (there !== undefined) {
    const contains = await inMirror('merge-base', '--is-ancestor', commit, there.trim()).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    if (contains) return { kind: 'branch-made', made: true, detail: 'the branch was there already' };
    throw failed(
      'branch-taken',
      `${source.repository} has a branch ${source.branch} that does not contain ${commit.slice(0, 10)}; choose another name`,
    );
  }
  try {
    const { kind, address, env } = await input.openRemote(source);
    if (kind === 'folder') await makeInFolder({ git, path: address, branch, commit, signal });
    else
      await git.run(['--git-dir', directory, 'push', '--quiet', '--', address, `${commit}:${branch}`], { signal, env });
    return { kind: 'branch-made', made: true, detail: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof GitError)) throw error;
    return {
      kind: 'branch-made',
      made: false,
      detail: `${source.repository} does not let us make the branch. Somebody who may does it by: git push origin ${commit}:${branch}`,
    };
  }
}

/**
 * A repository on this machine belongs to somebody: a file that root left in it would lock its owner out. So the owner
 * makes the branch; nothing of the repository's own configuration, and no hook, is run.
 */
async function makeInFolder(input: {
  readonly git: Git;
  readonly path: string;
  readonly branch: string;
  readonly commit: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { git, path, branch, commit, signal } = input;
  const { uid, gid } = await stat(path);
  const own = process.getuid?.() === 0 ? { owner: { uid, gid } } : {};
  await git.run(['-C', path, 'update-ref', '-m', 'a hotfix begins', branch, commit, '0'.repeat(commit.length)], {
    signal,
    ...own,
  });
}
