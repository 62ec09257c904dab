import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const author = ['-c', 'user.name=Developer', '-c', 'user.email=developer@almanac.invalid'];

/** A folder under git, changed as a developer would change it; nothing of the host's own git configuration counts. */
export interface Repository {
  readonly path: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Writes files by their path inside the repository, commits everything and gives the commit. */
  readonly commit: (message: string, files?: Readonly<Record<string, string>>) => Promise<string>;
  /** Changes the text of one file and commits it. */
  readonly edit: (file: string, change: (text: string) => string, message: string) => Promise<string>;
}

export function repositoryAt(path: string): Repository {
  const git = async (...args: readonly string[]): Promise<string> => {
    const environment = {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      HOME: path,
    };
    return (await promisify(execFile)('git', [...author, ...args], { cwd: path, env: environment })).stdout.trim();
  };
  const commit: Repository['commit'] = async (message, files = {}) => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  return {
    path,
    git,
    commit,
    edit: async (file, change, message) => {
      const before = await readFile(join(path, file), 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`the change of ${file} changes nothing`);
      return commit(message, { [file]: after });
    },
  };
}

/** Makes an empty repository with the branch `main`. */
export async function createRepository(path: string): Promise<Repository> {
  await mkdir(path, { recursive: true });
  const repository = repositoryAt(path);
  await repository.git('init', '--quiet', '--initial-branch=main');
  return repository;
}
