import type { BuilderJob, CommitPatch } from '@almanac/protocol';
import { type Git, GitError } from './git.ts';

type Wanted = NonNullable<Extract<BuilderJob['work'], { kind: 'build' }>['patches']>[number];

const longest = 500;
const mostOutputBytes = 32 * 1024 * 1024;

/**
 * The patch identities of a history back to `since`, by which a fix is known again that was applied anew under another
 * commit. Commits that are not here, and histories too large to be looked at, are left out: then only ancestry tells.
 */
export async function readPatches(input: {
  readonly git: Git;
  readonly directory: string;
  readonly commit: string;
  readonly wanted: readonly Wanted[];
  readonly signal: AbortSignal;
}): Promise<readonly CommitPatch[]> {
  const found = new Map<string, string>();
  for (const { since, of } of input.wanted) {
    const known: string[] = [];
    for (const hash of new Set([since, input.commit, ...of])) if (await isHere(input, hash)) known.push(hash);
    if (!known.includes(since)) continue;
    for (const { commit, patch } of await patchesSince(input, { since, of: known.filter((each) => each !== since) }))
      found.set(commit, patch);
  }
  return [...found].map(([commit, patch]) => ({ commit, patch }));
}

type Place = Omit<Parameters<typeof readPatches>[0], 'wanted'>;

async function isHere({ git, directory, signal }: Place, hash: string): Promise<boolean> {
  const here = await git.run(['--git-dir', directory, 'cat-file', '-e', `${hash}^{commit}`], { signal }).then(
    () => true,
    () => false,
  );
  signal.throwIfAborted();
  return here;
}

async function patchesSince({ git, directory, signal }: Place, wanted: Wanted): Promise<readonly CommitPatch[]> {
  if (wanted.of.length === 0) return [];
  try {
    const log = await git.run(
      [
        '--git-dir',
        directory,
        'log',
        '--no-merges',
        '--patch',
        // The same text whatever the host or the repository prefers.
        '--no-ext-diff',
        '--no-textconv',
        '--no-color',
        '--full-index',
        '--no-renames',
        `--max-count=${longest}`,
        '--end-of-options',
        ...wanted.of,
        `^${wanted.since}`,
        '--',
      ],
      { signal, maxOutputBytes: mostOutputBytes },
    );
    const lines = await git.run(['--git-dir', directory, 'patch-id', '--stable'], { signal, input: log });
    return lines
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([patch, commit]) => (patch === undefined || commit === undefined ? [] : [{ commit, patch }]));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GitError) return [];
    throw error;
  }
}
