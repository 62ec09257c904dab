import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, JobFault } from '../jobs/job-fault.ts';
import { type Git, GitError } from './git.ts';
import type { OpenRemote, Source } from './remote.ts';

/** Bare copies of repositories, kept between builds so that only what is new is fetched. */
export interface Mirrors {
  /** Brings the mirror up to date for a branch; gives the mirror's directory and the commit at its head. */
  readonly fetchBranch: (
    source: Source,
    signal: AbortSignal,
  ) => Promise<{ readonly directory: string; readonly head: string }>;
  /** Makes sure that a commit is in the mirror. */
  readonly fetchCommit: (source: Source & { readonly commit: string }, signal: AbortSignal) => Promise<string>;
}

export interface MirrorLimits {
  readonly seconds: number;
  readonly bytes: number;
}

/** Makes the mirrors below `root`; the work on one repository is done one after the other. */
export function createMirrors(input: {
  readonly git: Git;
  readonly openRemote: OpenRemote;
  readonly root: string;
  readonly limits: MirrorLimits;
}): Mirrors {
  const { git, openRemote, root, limits } = input;
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const result = (turns.get(key) ?? Promise.resolve()).then(work, work);
    turns.set(key, result);
    return result;
  };
  const fetchRefs = async (source: Source, refs: string, signal: AbortSignal): Promise<string> => {
    const { address, env } = await openRemote(source);
    const directory = join(root, createHash('sha256').update(address).digest('hex').slice(0, 32));
    await ensureBare(git, directory);
    const watch = watchSize({ directory, limit: limits.bytes, signal });
    const args = [
      '--git-dir',
      directory,
      'fetch',
      '--quiet',
      '--force',
      '--no-tags',
      '--prune',
      '--no-write-fetch-head',
      '--',
      address,
      refs,
    ];
    try {
      await git.run(args, { signal: watch.signal, seconds: limits.seconds, env });
    } catch (error) {
      if (watch.exceeded() || watch.signal.aborted) await rm(directory, { recursive: true, force: true });
      if (watch.exceeded())
        throw failed(
          'repository-too-large',
          `${source.repository} holds more than ${limits.bytes} bytes, the limit for repositories`,
        );
      signal.throwIfAborted();
      throw fetchFault(error, source, limits);
    } finally {
      watch.stop();
    }
    return directory;
  };

  return {
    fetchBranch: (source, signal) =>
      inTurn(source.repository, async () => {
        const directory = await fetchRefs(source, `+refs/heads/${source.branch}:refs/heads/${source.branch}`, signal);
        const head = await git.run(
          ['--git-dir', directory, 'rev-parse', '--verify', '--end-of-options', `refs/heads/${source.branch}^{commit}`],
          { signal },
        );
        return { directory, head: head.trim() };
      }),
    fetchCommit: (source, signal) =>
      inTurn(source.repository, async () => {
        const directory = await fetchRefs(source, '+refs/heads/*:refs/heads/*', signal);
        try {
          await git.run(['--git-dir', directory, 'cat-file', '-e', `${source.commit}^{commit}`], { signal });
        } catch (error) {
          signal.throwIfAborted();
          throw new JobFault(
            {
              outcome: 'failed',
              code: 'commit-missing',
              detail: `commit ${source.commit} is not in ${source.repository} any more; it may have been removed by a forced push. Build the head of a branch instead.`,
            },
            { cause: error },
          );
        }
        return directory;
      }),
  };
}

async function ensureBare(git: Git, directory: string): Promise<void> {
  if (existsSync(join(directory, 'HEAD')) && existsSync(join(directory, 'objects'))) return;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await git.run(['init', '--quiet', '--bare', '--', directory]);
}

function fetchFault(error: unknown, source: Source, limits: MirrorLimits): unknown {
  if (!(error instanceof GitError)) return error;
  if (error.timedOut)
    return failed('timed-out', `fetching ${source.repository} took more than ${limits.seconds} seconds`);
  if (/couldn't find remote ref/i.test(error.stderr)) {
    return failed('branch-missing', `${source.repository} has no branch ${source.branch}`);
  }
  if (/No space left on device/i.test(error.stderr)) {
    return new JobFault(
      { outcome: 'errored', code: 'disk-full', detail: 'no space is left to fetch the repository' },
      { cause: error },
    );
  }
  if (/could not read Username|Authentication failed|terminal prompts disabled/i.test(error.stderr)) {
    return failed(
      'repository-refused',
      `${source.repository} asks for credentials; private repositories are not supported yet`,
    );
  }
  if (/returned error: 30\d/.test(error.stderr))
    return failed(
      'repository-refused',
      `${source.repository} leads to another address, and redirects are not followed; name that one (often it ends in .git)`,
    );
  const reason = error.stderr.split('\n').find((line) => /fatal|error/i.test(line)) ?? error.stderr;
  return failed(
    'repository-unreachable',
    `${source.repository} cannot be read: ${reason.replace(/^(fatal|error):\s*/i, '').trim()}`,
  );
}

function watchSize(input: { readonly directory: string; readonly limit: number; readonly signal: AbortSignal }) {
  const over = new AbortController();
  const timer = setInterval(() => {
    void sizeOf(input.directory)
      .catch(() => 0)
      .then((size) => size > input.limit && over.abort(new Error('repository too large')));
  }, 500);
  return {
    signal: AbortSignal.any([input.signal, over.signal]),
    exceeded: () => over.signal.aborted,
    stop: () => clearInterval(timer),
  };
}

/** Bytes of the files below a directory, links not followed. */
async function sizeOf(directory: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    total += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return total;
}
