import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Estate } from '@almanac/testkit';

/** The process of the server of an estate; throws when it does not run. */
export function serverProcess(estate: Estate): number {
  const program = join('apps', 'server', 'src', 'main.ts');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (command.includes(program) && environment.includes(`ALMANAC_DATA=${estate.data}`)) return Number(pid);
    } catch {
      // It ended, or it is another account's.
    }
  }
  throw new Error('the server of the estate does not run');
}

/** Resident memory of a process in megabytes. */
export function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1000;
}

/** The value below which a share of all values lies; not a number when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
