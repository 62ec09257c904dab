import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './identity.ts';

const pollMs = 20;

/**
 * Ends a process group: TERM, and KILL when its leader still lives after `graceMs`. Resolves when the leader is
 * gone; a leader that was replaced by another process with the same number is left alone.
 */
export async function stopGroup(leader: ProcessIdentity, options: { readonly graceMs: number }): Promise<void> {
  if (!isAlive(leader)) return;
  if (options.graceMs > 0) {
    signalGroup(leader, 'SIGTERM');
    if (await whenGone(leader, options.graceMs)) return;
  }
  signalGroup(leader, 'SIGKILL');
  await whenGone(leader, 10_000);
}

/** Sends a signal to a process group while its leader is the process that is meant. */
export function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(leader)) return;
  try {
    process.kill(-leader.pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

/** Waits until a process is gone; false when it still lives after `timeoutMs`. Not our child, so it is asked for. */
export async function whenGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await pause(pollMs);
  }
  return true;
}
