import { readdir, readFile } from 'node:fs/promises';

const pageBytes = 4096;
/** What the kernel tells programs as the unit of processor time is the same on every Linux of today (time(7)). */
const ticksPerSecond = 100;

/** What the processes of a group use together. */
export interface GroupUsage {
  /** Resident memory. */
  readonly bytes: number;
  /** Processor time since each began, with that of ended processes that another one of the group waited for. */
  readonly cpuSeconds: number;
}

interface ProcessUsage extends GroupUsage {
  readonly group: number;
}

/** What a process uses, from /proc/<pid>/stat (proc(5)); undefined when there is none. */
async function usageOf(pid: number | string): Promise<ProcessUsage | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0);
  return { group: fields[2] ?? 0, bytes: (fields[21] ?? 0) * pageBytes, cpuSeconds: ticks / ticksPerSecond };
}

/** Resident bytes of some processes; what has ended counts nothing. */
export async function memoryOf(pids: readonly number[]): Promise<number> {
  const found = await Promise.all(pids.map(usageOf));
  return found.reduce((sum, each) => sum + (each?.bytes ?? 0), 0);
}

/** What every process group of this machine uses; empty where the system does not tell. */
export async function usageByGroup(): Promise<ReadonlyMap<number, GroupUsage>> {
  const sums = new Map<number, GroupUsage>();
  if (process.platform !== 'linux') return sums;
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  for (const found of await Promise.all(pids.map(usageOf))) {
    if (found === undefined) continue;
    const sum = sums.get(found.group) ?? { bytes: 0, cpuSeconds: 0 };
    sums.set(found.group, { bytes: sum.bytes + found.bytes, cpuSeconds: sum.cpuSeconds + found.cpuSeconds });
  }
  return sums;
}

/** Resident bytes of every process group of this machine; empty where the system does not tell. */
export async function memoryByGroup(): Promise<ReadonlyMap<number, number>> {
  return new Map([...(await usageByGroup())].map(([group, { bytes }]) => [group, bytes]));
}
