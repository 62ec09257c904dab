import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Changes a file of a repository and commits it, as a developer would. */
export async function commitChange(input: {
  readonly repository: string;
  readonly file: string;
  readonly change: (text: string) => string;
  readonly message: string;
}): Promise<string> {
  const path = join(input.repository, input.file);
  const before = await readFile(path, 'utf8');
  const after = input.change(before);
  if (after === before) throw new Error(`the change of ${input.file} changes nothing`);
  await writeFile(path, after);
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=Developer', '-c', 'user.email=developer@almanac.invalid', ...args], {
      cwd: input.repository,
      env: {
        PATH: process.env['PATH'] ?? '',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        HOME: input.repository,
      },
    });
  await git('commit', '--quiet', '--all', '--message', input.message);
  return (await git('rev-parse', 'HEAD')).stdout.trim();
}
