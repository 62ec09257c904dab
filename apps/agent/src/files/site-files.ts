import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account, RuntimeDirectory } from '@almanac/host';

/** Where the files of a site's applications live, and as which account each application runs. */
export interface SiteFiles {
  /** Where `node` stands that applications can run; undefined for the one that runs the agent. */
  readonly programs: string | undefined;
  /** The folder of an application, by its id; only it and the agent can enter it. */
  readonly directoryOf: (application: string) => string;
  /** The account of an application; undefined where all run as the agent does. */
  readonly accountOf: (application: string) => Promise<Account | undefined>;
  /** Makes a folder below that of an application which the application itself may write to. */
  readonly makeWritable: (application: string, ...path: readonly string[]) => Promise<string>;
  /** Removes what stands below the folder of an application, links in it not followed. */
  readonly remove: (application: string, ...path: readonly string[]) => Promise<void>;
  /** An application was taken away: its volumes stay, and its account with them; nothing else does. */
  readonly forget: (application: string) => Promise<void>;
}

/**
 * Where applications have accounts of their own, their files are in the runtime directory, which the accounts can
 * reach; otherwise they are with the rest of the site.
 */
export function createSiteFiles(input: {
  readonly site: string;
  readonly directory: string;
  readonly runtime: RuntimeDirectory | undefined;
}): SiteFiles {
  const { site, runtime } = input;
  const root = runtime === undefined ? join(input.directory, 'applications') : join(runtime.path, 'sites', site);
  const accounts = new Map<string, Account>();
  const directoryOf = (application: string) => join(root, application);
  const accountOf = async (application: string): Promise<Account | undefined> => {
    if (runtime === undefined) return undefined;
    const account = accounts.get(application) ?? (await runtime.accounts.claim(`${site}/${application}`));
    accounts.set(application, account);
    return account;
  };
  const enter = async (application: string): Promise<Account | undefined> => {
    const directory = directoryOf(application);
    const account = await accountOf(application);
    if (runtime === undefined || account === undefined) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return undefined;
    }
    for (const passage of [join(runtime.path, 'sites'), root]) {
      await mkdir(passage, { recursive: true });
      await chmod(passage, 0o711);
    }
    await mkdir(directory, { recursive: true });
    await chown(directory, 0, account.gid);
    await chmod(directory, 0o750);
    return account;
  };
  return {
    programs: runtime?.programs,
    directoryOf,
    accountOf,
    makeWritable: async (application, ...path) => {
      const account = await enter(application);
      let directory = directoryOf(application);
      for (const [index, part] of path.entries()) {
        directory = join(directory, part);
        const isLast = index === path.length - 1;
        await mkdir(directory, { recursive: true, mode: isLast ? 0o700 : 0o755 });
        if (isLast && account !== undefined) await chown(directory, account.uid, account.gid);
      }
      return directory;
    },
    remove: (application, ...path) => removeTree(join(directoryOf(application), ...path)),
    forget: async (application) => {
      if (existsSync(join(directoryOf(application), 'volumes'))) {
        await removeTree(join(directoryOf(application), 'releases'));
        await removeTree(join(directoryOf(application), 'homes'));
        return;
      }
      await removeTree(directoryOf(application));
      accounts.delete(application);
      await runtime?.accounts.giveBack(`${site}/${application}`);
    },
  };
}

/** Whoever owns what is removed may change it meanwhile: rm looks at no name twice (openat), `fs.rm` does. */
async function removeTree(path: string): Promise<void> {
  await promisify(execFile)('/bin/rm', ['-rf', '--', path]);
}
