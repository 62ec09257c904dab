import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { HostFault } from '../host-fault.ts';
import { type ProcessIdentity, processIdentity } from './identity.ts';

export interface DetachedProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** All of the environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it prints is appended here. */
  readonly outputFile: string;
}

/**
 * Starts a process in a session of its own that outlives its parent.
 *
 * @throws {HostFault} when it cannot be started
 */
export function spawnDetached(input: DetachedProcess): Promise<ProcessIdentity> {
  const output = openSync(input.outputFile, 'a', 0o600);
  const child = spawn(input.command, input.args, {
    cwd: input.directory,
    env: { ...input.environment },
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new HostFault(`${input.command} cannot be started: ${error.message}`, error)),
    );
    child.once('spawn', () => {
      child.unref();
      const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
      if (identity === undefined)
        reject(new HostFault(`${input.command} ended at once; ${input.outputFile} may say why`));
      else resolve(identity);
    });
  });
}

/**
 * Stands between the agent and an instance, so that the exit status is on disk whoever lives by then. Signals to the
 * group reach the command itself; the trap keeps the shell waiting and is not inherited.
 */
const recorder = `status=$1; shift
trap : TERM INT HUP
"$@" </dev/null &
child=$!
while :; do
  wait "$child"; code=$?
  kill -0 "$child" 2>/dev/null || break
done
printf '%s\\n' "$code" >"$status.tmp" && mv "$status.tmp" "$status"
exit "$code"`;

/**
 * Starts a process as `spawnDetached` does and records its exit status in `statusFile`: a number, above 128 for the
 * signal that ended it. No file while it runs, and none when the whole group was killed.
 */
export function spawnRecorded(input: DetachedProcess & { readonly statusFile: string }): Promise<ProcessIdentity> {
  return spawnDetached({
    ...input,
    command: '/bin/sh',
    args: ['-c', recorder, 'almanac-instance', input.statusFile, input.command, ...input.args],
  });
}
