import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './account-pool.ts';

/** The processes that run as an account, whatever group or session they put themselves into. */
export function processesOf(account: Account): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => runsAs(pid, account));
}

/** Ends every process of an account. One that forks while it is looked at is found by the next look. */
export async function endProcessesOf(account: Account): Promise<void> {
  for (let found = processesOf(account); found.length > 0; found = processesOf(account)) {
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the look and the signal.
      }
    }
    await pause(5);
  }
}

/** Real uid and state from /proc/<pid>/status (proc(5)); what has ended already and only waits for its parent does not count. */
function runsAs(pid: number, account: Account): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
    return Number(uid) === account.uid && !/^State:\s+[ZX]/m.test(status);
  } catch {
    return false;
  }
}
