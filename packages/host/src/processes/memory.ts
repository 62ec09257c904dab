import { readdir, readFile } from 'node:fs/promises';

const pageBytes = 4096;

interface Resident {
  readonly group: number;
  readonly bytes: number;
}

/** Group and resident memory of a process, from /proc/<pid>/stat (proc(5)); undefined when there is none. */
async function residentOf(pid: number | string): Promise<Resident | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { group: Number(fields[2]), bytes: Number(fields[21] ?? 0) * pageBytes };
}

/** Resident bytes of some processes; what has ended counts nothing. */
export async function memoryOf(pids: readonly number[]): Promise<number> {
  const found = await Promise.all(pids.map(residentOf));
  return found.reduce((sum, each) => sum + (each?.bytes ?? 0), 0);
}

/** Resident bytes of every process group of this machine; empty where the system does not tell. */
export async function memoryByGroup(): Promise<ReadonlyMap<number, number>> {
  const sums = new Map<number, number>();
  if (process.platform !== 'linux') return sums;
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  for (const found of await Promise.all(pids.map(residentOf)))
    if (found !== undefined) sums.set(found.group, (sums.get(found.group) ?? 0) + found.bytes);
  return sums;
}
