import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process beyond doubt: numbers are given again, a number together with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot with the boot's id on Linux, a date elsewhere; compared, never read. */
  readonly startTime: string;
}

/** The identity of a live process; undefined when there is none, or only a zombie. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : otherStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return processIdentity(identity.pid)?.startTime === identity.startTime;
}

let bootId: string | undefined;

/** Whether a live process leads its session: what it forked and did not let go does not. Always false but on Linux. */
export function leadsSession(pid: number): boolean {
  return linuxStat(pid)?.[3] === String(pid);
}

/** The fields of /proc/<pid>/stat (proc(5)) from the third on, the state; the name before it may hold spaces and brackets. */
function linuxStat(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Field 22: ticks since boot. */
function linuxStartTime(pid: number): string | undefined {
  const fields = linuxStat(pid);
  if (fields === undefined) return undefined;
  const [state] = fields;
  const ticks = fields[19];
  if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  return `${bootId}-${ticks}`;
}

function otherStartTime(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
    }).trim();
    return text === '' ? undefined : text.replaceAll(' ', '-');
  } catch {
    return undefined;
  }
}
