import { execFile } from 'node:child_process';
import { lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HostFault } from '../host-fault.ts';

const nobody = 65534;

/** What lets `nobody` enter directories of ours and use our files, as it could if it were us; nothing else. */
const passage = '+dac_override,+dac_read_search';

/**
 * How a program runs that refuses to be root. In a user namespace it believes to be `nobody` while its files stay
 * ours. Containers often allow none; there it becomes `nobody`, and keeps the right to pass our directories. No account
 * is needed for either, and nothing is isolated by it.
 */
const methods = {
  namespace: { command: 'unshare', args: ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`], owner: 0 },
  capabilities: {
    command: 'setpriv',
    args: [
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      '--clear-groups',
      `--inh-caps=-all,${passage}`,
      `--ambient-caps=-all,${passage}`,
    ],
    owner: nobody,
  },
} as const;
export type UnprivilegedMethod = keyof typeof methods;

export interface Unprivileged {
  readonly wrap: (
    command: string,
    args: readonly string[],
  ) => { readonly command: string; readonly args: readonly string[] };
  /** Gives a directory with all that is in it to the account as which the program runs. */
  readonly own: (directory: string) => Promise<void>;
}

const asWeAre: Unprivileged = { wrap: (command, args) => ({ command, args }), own: async () => {} };

/**
 * Finds how a program is run that refuses to be root; as it is where we are not root. The method is the first one
 * that the system allows, unless one is given.
 *
 * @throws {HostFault} when we are root and the system allows neither
 */
export async function unprivileged(method?: UnprivilegedMethod): Promise<Unprivileged> {
  if (process.getuid?.() !== 0) return asWeAre;
  const candidates = method === undefined ? (['namespace', 'capabilities'] as const) : [method];
  for (const name of candidates) {
    const { command, args, owner } = methods[name];
    if (!(await works(command, [...args, 'true']))) continue;
    return {
      wrap: (program, given) => ({ command, args: [...args, program, ...given] }),
      own: (directory) => give(directory, owner),
    };
  }
  throw new HostFault(
    'PostgreSQL does not run as root, and this system lets root neither make a user namespace nor become another account: start Almanac as an ordinary user, or set DATABASE_URL',
  );
}

function works(command: string, args: readonly string[]): Promise<boolean> {
  return promisify(execFile)(command, [...args], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

async function give(directory: string, owner: number): Promise<void> {
  if ((await lstat(directory)).uid === owner) return;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true }))
    await lchown(join(entry.parentPath, entry.name), owner, owner);
  // The directory comes last: as long as it is not given, the rest may not be either.
  await lchown(directory, owner, owner);
}
