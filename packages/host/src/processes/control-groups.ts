import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** What processes together may use at most; absent is without a limit. */
export interface ResourceLimits {
  /** Cores. */
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
}

/** Limits that the kernel keeps for a group of processes and all that they start. */
export interface ControlGroup {
  /** A process that writes its number into each of these files belongs to the group. */
  readonly files: readonly string[];
  /** How often the kernel ended a process of the group because there was no memory left for it. */
  readonly memoryKills: () => number;
  /** Ends what is left of the group, whatever session it fled into, and removes it. */
  readonly remove: () => Promise<void>;
}

export interface ControlGroups {
  /** Makes the group of a name, or sets the limits of one that is there. */
  readonly create: (name: string, limits: ResourceLimits) => Promise<ControlGroup>;
  readonly of: (name: string) => ControlGroup;
}

const periodMicroseconds = 100_000;
const parent = 'almanac';

/** How one version of the kernel's interface is spoken (cgroups(7)). */
interface Dialect {
  /** The folders that make one group. */
  readonly foldersOf: (name: string) => readonly string[];
  readonly prepare: () => Promise<void>;
  /** Files and what is written into them. */
  readonly settings: (name: string, limits: ResourceLimits) => readonly (readonly [string, string])[];
  /** The file and the line in it that count kills. */
  readonly kills: (name: string) => readonly [string, string];
}

function unified(root: string): Dialect {
  const folder = (name: string) => join(root, parent, name);
  return {
    foldersOf: (name) => [folder(name)],
    prepare: async () => {
      await mkdir(join(root, parent), { recursive: true });
      for (const place of [root, join(root, parent)])
        await writeFile(join(place, 'cgroup.subtree_control'), '+cpu +memory');
    },
    settings: (name, { cpu, memory }) => [
      [join(folder(name), 'cpu.max'), `${cpu === undefined ? 'max' : quotaOf(cpu)} ${periodMicroseconds}`],
      [join(folder(name), 'memory.max'), memory === undefined ? 'max' : String(memory)],
    ],
    kills: (name) => [join(folder(name), 'memory.events'), 'oom_kill'],
  };
}

function separate(root: string): Dialect {
  const folder = (controller: string, name: string) => join(root, controller, parent, name);
  return {
    foldersOf: (name) => [folder('memory', name), folder('cpu', name)],
    prepare: async () => {
      for (const controller of ['memory', 'cpu']) await mkdir(join(root, controller, parent), { recursive: true });
    },
    settings: (name, { cpu, memory }) => [
      [join(folder('cpu', name), 'cpu.cfs_period_us'), String(periodMicroseconds)],
      [join(folder('cpu', name), 'cpu.cfs_quota_us'), cpu === undefined ? '-1' : String(quotaOf(cpu))],
      [join(folder('memory', name), 'memory.limit_in_bytes'), memory === undefined ? '-1' : String(memory)],
    ],
    kills: (name) => [join(folder('memory', name), 'memory.oom_control'), 'oom_kill'],
  };
}

function quotaOf(cores: number): number {
  // The kernel refuses less than a millisecond in a period.
  return Math.max(1000, Math.round(cores * periodMicroseconds));
}

/** Opens the kernel's control groups, version 2 or 1; undefined where this account may not make any. */
export async function openControlGroups(root = '/sys/fs/cgroup'): Promise<ControlGroups | undefined> {
  if (process.platform !== 'linux') return undefined;
  const dialect = existsSync(join(root, 'cgroup.controllers')) ? unified(root) : separate(root);
  const of = (name: string): ControlGroup => groupOf(dialect, name);
  const groups: ControlGroups = {
    of,
    create: async (name, limits) => {
      for (const folder of dialect.foldersOf(name)) await mkdir(folder, { recursive: true });
      for (const [file, value] of dialect.settings(name, limits)) await writeFile(file, value);
      return of(name);
    },
  };
  try {
    await dialect.prepare();
    const probe = await groups.create(`probe-${process.pid}`, { cpu: 1, memory: 1024 ** 3 });
    await probe.remove();
    return groups;
  } catch {
    return undefined;
  }
}

function groupOf(dialect: Dialect, name: string): ControlGroup {
  const folders = dialect.foldersOf(name);
  return {
    files: folders.map((folder) => join(folder, 'cgroup.procs')),
    memoryKills: () => {
      const [file, line] = dialect.kills(name);
      if (!existsSync(file)) return 0;
      return Number(new RegExp(`^${line} (\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
    },
    remove: async () => {
      for (const folder of folders) {
        // The last process may still be on its way out.
        for (let attempt = 0; attempt < 50 && existsSync(folder); attempt += 1) {
          endProcessesIn(folder);
          await rmdir(folder).catch(() => pause(20));
        }
      }
    },
  };
}

function endProcessesIn(folder: string): void {
  try {
    for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter((line) => line !== ''))
      process.kill(Number(pid), 'SIGKILL');
  } catch {
    // Gone between the look and the signal, or the folder with it; the next look tells.
  }
}
