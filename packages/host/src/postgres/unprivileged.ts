import { execFile } from 'node:child_process';
import { lchown, lstat, readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
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
      // Without it access(2), by which initdb looks for its files, would not count the passage.
      '--securebits=+no_setuid_fixup',
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

const whatHelps = 'start Almanac as an ordinary user with a name, or set DATABASE_URL';

/**
 * Finds how a program is run that refuses to be root, and to be an account without a name, as containers give them. The
 * method is the first one that the system allows, unless one is given.
 *
 * @throws {HostFault} when the system allows none
 */
export async function unprivileged(method?: UnprivilegedMethod): Promise<Unprivileged> {
  if (process.getuid?.() !== 0) return hasName() ? asWeAre : nameless();
  const candidates = method === undefined ? (['namespace', 'capabilities'] as const) : [method];
  for (const name of candidates) {
    const { command, args, owner } = methods[name];
    if (!(await works(command, [...args, 'true']))) continue;
    return { wrap: wrapWith(name), own: (directory) => give(directory, owner) };
  }
  throw new HostFault(
    `PostgreSQL does not run as root, and this system lets root neither make a user namespace nor become another account: ${whatHelps}`,
  );
}

const wrapWith =
  (name: UnprivilegedMethod): Unprivileged['wrap'] =>
  (program, given) => ({ command: methods[name].command, args: [...methods[name].args, '--', program, ...given] });

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

async function nameless(): Promise<Unprivileged> {
  const { command, args } = methods.namespace;
  if (await works(command, [...args, 'true'])) return { ...asWeAre, wrap: wrapWith('namespace') };
  throw new HostFault(
    `PostgreSQL needs an account with a name; user ${process.getuid?.()} has none, and this system allows no user namespace: ${whatHelps}`,
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
