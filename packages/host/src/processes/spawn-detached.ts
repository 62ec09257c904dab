import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Account } from '../accounts/account-pool.ts';
import { asAccount } from '../accounts/as-account.ts';
import { HostFault } from '../host-fault.ts';
import type { ControlGroup } from './control-groups.ts';
import { leadsSession, type ProcessIdentity, processIdentity } from './identity.ts';

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
export async function spawnDetached(input: DetachedProcess): Promise<ProcessIdentity> {
  const identity = await whenSpawned(input, startChild(input));
  if (identity.startTime === ended)
    throw new HostFault(`${input.command} ended at once; ${input.outputFile} may say why`);
  return identity;
}

/** The start time of a process that had ended before it could be read: no live process has it. */
const ended = 'ended';

function startChild(input: DetachedProcess, fourth: 'pipe' | 'ignore' = 'ignore'): ChildProcess {
  const output = openSync(input.outputFile, 'a', 0o600);
  const child = spawn(input.command, input.args, {
    cwd: input.directory,
    env: { ...input.environment },
    stdio: ['ignore', output, output, fourth],
    detached: true,
  });
  closeSync(output);
  return child;
}

function whenSpawned(input: DetachedProcess, child: ChildProcess): Promise<ProcessIdentity> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new HostFault(`${input.command} cannot be started: ${error.message}`, error)),
    );
    child.once('spawn', () => {
      child.unref();
      const pid = child.pid ?? 0;
      resolve(processIdentity(pid) ?? { pid, startTime: ended });
    });
  });
}

/**
 * Stands between the agent and an instance, so that the exit status is on disk whoever lives by then. Signals to the
 * group reach the command alone: the recorder ignores them, since a wait that a signal interrupts tells of the signal and
 * not of the command, even where that has ended meanwhile.
 */
const recorder = `status=$1; shift
IFS=:; for group in $ALMANAC_GROUPS; do echo $$ >"$group" || exit 125; done; unset IFS ALMANAC_GROUPS
trap '' TERM INT HUP
(trap - TERM INT HUP; exec "$@") </dev/null &
exec 3<&-
wait "$!"; code=$?
printf '%s\\n' "$code" >"$status.tmp" && mv "$status.tmp" "$status"
exit "$code"`;

/** Takes the environment from descriptor 3; an agent that died before it gave all of it has given none. */
const taker = `eval "$(cat <&3)"; exec 3<&-; [ "$ALMANAC_ENVIRONMENT_IS" = complete ] || exit 111
unset ALMANAC_ENVIRONMENT_IS; exec "$@"`;

export interface RecordedProcess extends DetachedProcess {
  readonly statusFile: string;
  /** As which the command runs, where it is not to run as we do. */
  readonly account?: Account | undefined;
  /** The control group of the command, where it has an account of its own. */
  readonly group?: ControlGroup | undefined;
}

/**
 * Starts a process as `spawnDetached` does and records its exit status in `statusFile`: a number, above 128 for the
 * signal that ended it. No file while it runs, and none when the whole group was killed. A command that ended at once
 * has a status like any other.
 *
 * With an account the recorder stays ours, and knows nothing of the command's environment: `PATH` or `LD_PRELOAD` in it
 * must not choose what runs as root. It goes to the command through a pipe, where nobody else can read it.
 */
export async function spawnRecorded(input: RecordedProcess): Promise<ProcessIdentity> {
  const { account, command, args } = input;
  const record = (program: readonly string[]) => ['-c', recorder, 'almanac-instance', input.statusFile, ...program];
  if (account === undefined) {
    const started: DetachedProcess = { ...input, command: '/bin/sh', args: record([command, ...args]) };
    return whenSpawned(started, startChild(started));
  }
  const inside = { command: '/bin/sh', args: ['-c', taker, 'almanac-instance', command, ...args] };
  const program = asAccount(account, inside);
  const started: DetachedProcess = {
    ...input,
    command: '/bin/sh',
    args: record([program.command, ...program.args]),
    environment: { PATH: '/usr/bin:/bin', ALMANAC_GROUPS: (input.group?.files ?? []).join(':') },
  };
  const child = startChild(started, 'pipe');
  const pipe = child.stdio[3] as Writable;
  // Whoever ends before it read its environment says so by its status.
  pipe.on('error', () => undefined);
  pipe.end(`${exportsOf(input.environment)}ALMANAC_ENVIRONMENT_IS=complete\n`);
  return whenSpawned(started, child);
}

/**
 * Finds a recorded process whose starter died before it could note it: the recorder carries its status file in its
 * arguments, which no other process does but what it forks, for a moment.
 */
export function findRecorded(statusFile: string): ProcessIdentity | undefined {
  if (process.platform !== 'linux') return undefined;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      const isOurs = args[3] === 'almanac-instance' && args[4] === statusFile;
      if (isOurs && leadsSession(Number(entry))) return processIdentity(Number(entry));
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

/** Assignments for a POSIX shell; names that it does not allow are no environment of a shell's child either. */
function exportsOf(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}
