import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Account } from './account-pool.ts';

/** A program and its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** Found by its place, never by a search path that somebody else may have said. */
const setpriv = '/usr/bin/setpriv';

/** Runs a program as an account, with none of root's rights and no way to gain any. */
export function asAccount(account: Account, program: CommandLine): CommandLine {
  return {
    command: setpriv,
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--no-new-privs',
      '--',
      program.command,
      ...program.args,
    ],
  };
}

/** Why programs cannot be run as other accounts here; undefined when they can. */
export async function accountsFault(account: Account): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'this system is not Linux';
  if (process.getuid?.() !== 0) return 'Almanac does not run as root';
  const probe = asAccount(account, { command: '/bin/true', args: [] });
  try {
    await promisify(execFile)(probe.command, [...probe.args], { timeout: 10_000 });
    return undefined;
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return `programs cannot be run as other accounts (${words === '' ? `${setpriv} is missing` : words})`;
  }
}
