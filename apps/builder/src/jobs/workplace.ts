import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, endProcessesOf, type RuntimeDirectory } from '@almanac/host';

/** Where one job at a time is carried out, and as whom its commands run. */
export interface Workplace {
  /** The account of its commands; undefined where they run as the builder does. */
  readonly account: Account | undefined;
  /** What npm keeps between builds: of this workplace alone, so that no build can prepare what another one finds. */
  readonly cache: string;
  /** Makes the empty directory of a job. */
  readonly open: (job: string) => Promise<string>;
  /** Hands files over to the commands. */
  readonly give: (path: string) => Promise<void>;
  /** Ends what commands left running, and removes the directory of the job. */
  readonly clear: (directory: string) => Promise<void>;
}

/** Makes the workplaces of a builder; what an earlier builder left in them when it was killed is gone afterwards. */
export async function openWorkplaces(input: {
  readonly directory: string;
  readonly runtime: RuntimeDirectory | undefined;
  readonly count: number;
}): Promise<readonly Workplace[]> {
  const { directory, runtime, count } = input;
  const own = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const root = runtime === undefined ? directory : join(runtime.path, 'builds', own);
  await mkdir(root, { recursive: true });
  if (runtime !== undefined) for (const passage of [join(runtime.path, 'builds'), root]) await chmod(passage, 0o711);
  await rm(join(root, 'jobs'), { recursive: true, force: true });
  const places = Array.from({ length: count }, async (_, index) => {
    const account = await runtime?.accounts.claim(`builds/${own}/${index}`);
    if (account !== undefined) await endProcessesOf(account);
    return openWorkplace({ root, name: String(index), account });
  });
  return Promise.all(places);
}

async function openWorkplace(input: {
  readonly root: string;
  readonly name: string;
  readonly account: Account | undefined;
}): Promise<Workplace> {
  const { root, account } = input;
  const cache = join(root, 'cache', input.name);
  const give = async (path: string): Promise<void> => {
    if (account !== undefined)
      await promisify(execFile)('/bin/chown', ['-R', '-h', '--', `${account.uid}:${account.gid}`, path]);
  };
  const passage = async (path: string): Promise<void> => {
    await mkdir(path, { recursive: true });
    await chmod(path, account === undefined ? 0o700 : 0o711);
  };
  await passage(join(root, 'cache'));
  await mkdir(cache, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(cache, account.uid, account.gid);
  return {
    account,
    cache,
    give,
    open: async (job) => {
      const directory = join(root, 'jobs', job);
      await passage(join(root, 'jobs'));
      await mkdir(directory, { mode: 0o700 });
      if (account !== undefined) {
        await chown(directory, 0, account.gid);
        await chmod(directory, 0o750);
      }
      return directory;
    },
    clear: async (directory) => {
      if (account !== undefined) await endProcessesOf(account);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
