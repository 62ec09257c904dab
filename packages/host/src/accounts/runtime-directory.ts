import { constants, existsSync, realpathSync } from 'node:fs';
import { chmod, copyFile, cp, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HostFault } from '../host-fault.ts';
import { type AccountPool, type AccountRange, openAccountPool } from './account-pool.ts';
import { accountsFault } from './as-account.ts';

const defaultDirectory = '/var/lib/almanac';
const defaultRange: AccountRange = { first: 210_000, last: 219_999 };

/** Where the files of programs live that run as accounts of their own: every account may pass it, none may list it. */
export interface RuntimeDirectory {
  readonly path: string;
  readonly accounts: AccountPool;
  /** A folder with `node` for every account. */
  readonly programs: string;
}

/** What the environment says of accounts; throws with one sentence when a value cannot be used. */
function readSettings(environment: NodeJS.ProcessEnv): { readonly directory: string; readonly range: AccountRange } {
  const text = environment['ALMANAC_UID_RANGE'];
  const directory = environment['ALMANAC_RUNTIME_DIR'] ?? defaultDirectory;
  if (text === undefined) return { directory, range: defaultRange };
  const [, first = '', last = ''] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (first === '' || range.first < 1000 || range.last <= range.first || range.last > 4_000_000_000)
    throw new HostFault(`ALMANAC_UID_RANGE must be two numbers from 1000 on, such as 210000-219999, not "${text}"`);
  return { directory, range };
}

/**
 * Opens the runtime directory where programs can be given accounts of their own; says why where they cannot.
 *
 * @throws {HostFault} when the directory cannot be used by them
 */
export async function openRuntimeDirectory(
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly directory: RuntimeDirectory } | { readonly fault: string }> {
  const { directory, range } = readSettings(environment);
  const fault = await accountsFault({ uid: range.first, gid: range.first });
  if (fault !== undefined) return { fault };
  await mkdir(directory, { recursive: true, mode: 0o711 }).catch((error: unknown) => {
    throw new HostFault(`${directory} cannot be made; give another ALMANAC_RUNTIME_DIR`, error);
  });
  await chmod(directory, 0o711);
  for (let parent = dirname(directory); parent !== dirname(parent); parent = dirname(parent)) {
    if (((await stat(parent)).mode & 0o001) === 0)
      throw new HostFault(
        `applications run as accounts of their own, which cannot enter ${parent}; give another ALMANAC_RUNTIME_DIR`,
      );
  }
  return {
    directory: {
      path: directory,
      accounts: openAccountPool({ directory: join(directory, 'accounts'), range }),
      programs: await provideNode(join(directory, 'programs')),
    },
  };
}

/** Our own Node may stand where nobody else can reach it; a link or a copy of it is there for all. */
async function provideNode(root: string): Promise<string> {
  const folder = join(root, `node-${process.versions.node}`);
  const program = join(folder, 'node');
  if (existsSync(program)) return folder;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const fresh = `${program}.${process.pid}`;
  const source = realpathSync(process.execPath);
  await link(source, fresh).catch(() => copyFile(source, fresh, constants.COPYFILE_FICLONE));
  await chmod(fresh, 0o755);
  await rename(fresh, program);
  for (const path of [root, folder]) await chmod(path, 0o755);
  return folder;
}

/** Copies a folder to where every account can read it, whole or not at all; what is there already stays. */
export async function provideFolder(input: { readonly from: string; readonly into: string }): Promise<void> {
  if (existsSync(input.into)) return;
  const fresh = `${input.into}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(input.into), { recursive: true, mode: 0o755 });
  await cp(input.from, fresh, { recursive: true, dereference: true });
  await chmod(fresh, 0o755);
  await rename(fresh, input.into).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(input.into)) throw error;
  });
}
