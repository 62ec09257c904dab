import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, type ProcessIdentity, processIdentity } from './identity.ts';
import { memoryByGroup } from './usage.ts';

const pollMs = 20;

/**
 * Ends a process group: TERM, and KILL when any of it still lives after `graceMs`. The leader may end before what it
 * started, which has the same grace. Resolves when all of it is gone; a leader that was replaced by another process
 * with the same number is left alone.
 */
export async function stopGroup(leader: ProcessIdentity, options: { readonly graceMs: number }): Promise<void> {
  if (!isAlive(leader)) return;
  if (options.graceMs > 0) {
    signalGroup(leader, 'SIGTERM');
    if (await until(async () => !(await groupLives(leader)), options.graceMs)) return;
  }
  signalGroup(leader, 'SIGKILL');
  await until(async () => !(await groupLives(leader)), 10_000);
}

/** Whether the leader or anything else of its group lives; as long as that is so, its number is not given again. */
async function groupLives(leader: ProcessIdentity): Promise<boolean> {
  const present = processIdentity(leader.pid);
  if (present !== undefined) return present.startTime === leader.startTime;
  if (!signalGroup(leader, 0)) return false;
  // Whoever has ended and was not buried yet can still be signalled, and holds no memory.
  return process.platform !== 'linux' || ((await memoryByGroup()).get(leader.pid) ?? 0) > 0;
}

/** Sends a signal to a process group; false when there is nobody to take it. */
function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader.pid, signal);
  } catch {
    return false;
  }
}

/** Waits until a process is gone; false when it still lives after `timeoutMs`. Not our child, so it is asked for. */
export function whenGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  return until(() => !isAlive(identity), timeoutMs);
}

async function until(holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await pause(pollMs);
  }
  return true;
}
