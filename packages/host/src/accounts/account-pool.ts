import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../files/write-durably.ts';
import { HostFault } from '../host-fault.ts';

/** An account of the system that has a number and nothing else: no name, no group but its own, no rights. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Accounts that are given to owners and taken back; several programs may share one pool. */
export interface AccountPool {
  /**
   * The account of an owner, the same one until it is given back.
   *
   * @throws {HostFault} when the range is used up
   */
  readonly claim: (owner: string) => Promise<Account>;
  readonly giveBack: (owner: string) => Promise<void>;
}

export interface AccountRange {
  readonly first: number;
  readonly last: number;
}

/** A claim is a file, named by the account, that holds its owner: only one program can make it. */
export function openAccountPool(input: { readonly directory: string; readonly range: AccountRange }): AccountPool {
  const { directory, range } = input;
  const owners = async (): Promise<ReadonlyMap<string, number>> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const names = await readdir(directory);
    const pairs = names.map(async (name) => [await readFile(join(directory, name), 'utf8'), Number(name)] as const);
    return new Map(await Promise.all(pairs));
  };
  return {
    claim: async (owner) => {
      const known = await owners();
      const own = known.get(owner);
      if (own !== undefined) return { uid: own, gid: own };
      const taken = new Set(known.values());
      for (let uid = range.first; uid <= range.last; uid += 1) {
        if (taken.has(uid) || !(await make(join(directory, String(uid)), owner))) continue;
        await syncDirectory(directory);
        return { uid, gid: uid };
      }
      throw new HostFault(
        `every account from ${range.first} to ${range.last} is in use; give a larger range in ALMANAC_UID_RANGE`,
      );
    },
    giveBack: async (owner) => {
      const own = (await owners()).get(owner);
      if (own !== undefined) await rm(join(directory, String(own)), { force: true });
    },
  };
}

async function make(path: string, owner: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(owner);
    await file.sync();
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
