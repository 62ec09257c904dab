import type { CommitRecord } from '@almanac/protocol';
import type { Git } from './git.ts';

const longest = 500;
const field = '\x1f';
const record = '\x1e';

/** The commits of a history from `commit` back to what is known, newest first, 500 at most. */
export async function readCommits(input: {
  readonly git: Git;
  readonly directory: string;
  readonly commit: string;
  readonly known: readonly string[];
  readonly limit?: number;
  readonly signal: AbortSignal;
}): Promise<readonly CommitRecord[]> {
  const { git, directory, signal } = input;
  const present: string[] = [];
  for (const hash of input.known.slice(0, 50)) {
    const found = await git.run(['--git-dir', directory, 'cat-file', '-e', `${hash}^{commit}`], { signal }).then(
      () => true,
      () => false,
    );
    if (found) present.push(`^${hash}`);
  }
  signal.throwIfAborted();
  const format = ['%H', '%P', '%an', '%cI', '%s'].join(field) + record;
  const output = await git.run(
    [
      '--git-dir',
      directory,
      'log',
      '--topo-order',
      `--max-count=${input.limit ?? longest}`,
      `--format=${format}`,
      '--end-of-options',
      input.commit,
      ...present,
      '--',
    ],
    { signal },
  );
  return output
    .split(record)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(toCommit);
}

function toCommit(text: string): CommitRecord {
  const [hash = '', parents = '', author = '', at = '', subject = ''] = text.split(field);
  return {
    hash,
    parents: parents.split(' ').filter((each) => each !== ''),
    author: author.slice(0, 200),
    at: new Date(at).toISOString(),
    subject: subject.slice(0, 500),
  };
}
