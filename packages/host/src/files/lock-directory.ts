import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostFault } from '../host-fault.ts';
import { isAlive, processIdentity } from '../processes/identity.ts';

export interface DirectoryLock {
  readonly release: () => Promise<void>;
}

/**
 * Takes a directory for this process alone. The lock of a process that is gone is taken over; the holder is told by
 * its process number and start time, so that a number that was given again does not count.
 *
 * @throws {HostFault} when another live process holds it
 */
export async function lockDirectory(directory: string, name = 'lock'): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, name);
  const own = processIdentity(process.pid);
  if (own === undefined)
    throw new HostFault('this system does not tell when a process started; the data directory cannot be locked');
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, `${own.pid} ${own.startTime}\n`, { mode: 0o600 });
  try {
    // A hard link either makes the lock whole or fails: there is no moment in which it is empty.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (await tryLink(mine, path)) return { release: () => rm(path, { force: true }) };
      const holder = await readHolder(path);
      if (holder !== undefined && isAlive(holder)) {
        throw new HostFault(
          `${directory} is in use by another Almanac (process ${holder.pid}); stop it first, or choose another ALMANAC_DATA`,
        );
      }
      await rm(path, { force: true });
    }
    throw new HostFault(`${directory} could not be locked: others try at the same time`);
  } finally {
    await rm(mine, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<{ readonly pid: number; readonly startTime: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pid = '', startTime = ''] = text.trim().split(' ');
  return /^\d+$/.test(pid) && startTime !== '' ? { pid: Number(pid), startTime } : undefined;
}
