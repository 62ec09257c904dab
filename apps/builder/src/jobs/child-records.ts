import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, processIdentity, stopGroup } from '@almanac/host';

/** Process groups of running commands, on disk, so that none outlives a builder that was killed. */
export interface ChildRecords {
  /** Records a group; the function that it gives forgets it again. */
  readonly remember: (group: number) => () => Promise<void>;
}

/** Opens the records and ends every group that an earlier builder left behind. */
export async function openChildRecords(directory: string): Promise<ChildRecords> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const [pid, startTime] = (await readFile(path, 'utf8')).trim().split(' ');
    const identity = { pid: Number(pid), startTime: startTime ?? '' };
    if (Number.isInteger(identity.pid) && isAlive(identity)) await stopGroup(identity, { graceMs: 0 });
    await rm(path, { force: true });
  }
  return {
    remember: (group) => {
      const path = join(directory, String(group));
      const identity = processIdentity(group);
      // Written at once and in this turn: a builder killed a moment later must find it.
      mkdirSync(directory, { recursive: true });
      writeFileSync(path, `${group} ${identity?.startTime ?? ''}\n`);
      return async () => rmSync(path, { force: true });
    },
  };
}
