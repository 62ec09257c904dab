import { spawn } from 'node:child_process';
import { type Account, asAccount, endProcessesOf, memoryByGroup, memoryOf, processesOf } from '@almanac/host';
import type { Command } from '@almanac/protocol';

export interface CommandLimits {
  readonly seconds: number;
  readonly outputBytes: number;
  readonly memoryBytes: number;
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'output-too-large' }
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'not-started'; readonly detail: string };

/**
 * Runs one command of a manifest in a process group of its own, with exactly the environment that is given, and
 * ends the whole group when a limit is passed or `signal` fires. Memory is sampled over the group twice a second.
 */
export function runCommand(input: {
  readonly command: Command;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: CommandLimits;
  readonly signal: AbortSignal;
  /** As which it runs; all that runs as this account ends with it. */
  readonly account: Account | undefined;
  readonly onOutput: (chunk: Buffer) => void;
  /** Told of the process group as soon as it exists, so that a later builder can end it if this one is killed. */
  readonly onStarted: (group: number) => void;
}): Promise<CommandEnd> {
  const { account } = input;
  const [command = '', ...args] = typeof input.command === 'string' ? ['/bin/sh', '-c', input.command] : input.command;
  const program = account === undefined ? { command, args } : asAccount(account, { command, args });
  return new Promise((resolve) => {
    const child = spawn(program.command, program.args, {
      cwd: input.directory,
      env: input.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let forced: CommandEnd | undefined;
    let printed = 0;
    const end = (reason: CommandEnd) => {
      forced ??= reason;
      killGroup(child.pid);
    };
    const cancel = () => end({ kind: 'cancelled' });
    const timer = setTimeout(() => end({ kind: 'timed-out' }), input.limits.seconds * 1000);
    const sampler = setInterval(() => {
      void memoryOfCommand(child.pid, account).then((bytes) => {
        if (bytes > input.limits.memoryBytes) end({ kind: 'out-of-memory' });
      });
    }, 500);
    input.signal.addEventListener('abort', cancel, { once: true });
    if (input.signal.aborted) cancel();
    const take = (chunk: Buffer) => {
      printed += chunk.length;
      if (printed > input.limits.outputBytes) end({ kind: 'output-too-large' });
      else input.onOutput(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    // Once only: when it is done nothing of this command is left, and what comes next is not to be ended with it.
    let clearing: Promise<void> | undefined;
    const clear = () => {
      clearing ??= endAll(child.pid, account);
      return clearing;
    };
    const finish = (outcome: CommandEnd) => {
      clearTimeout(timer);
      clearInterval(sampler);
      input.signal.removeEventListener('abort', cancel);
      void clear().then(() => resolve(forced ?? outcome));
    };
    child.on('spawn', () => child.pid !== undefined && input.onStarted(child.pid));
    child.on('error', (error) => finish({ kind: 'not-started', detail: error.message }));
    // What the command left running in the background keeps the pipes open: the group is ended with its leader.
    child.on('exit', () => setImmediate(() => void clear()));
    child.on('close', (code, signal) =>
      finish(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal }),
    );
  });
}

/** Ends the group of a command, and whatever else runs as its account. */
async function endAll(group: number | undefined, account: Account | undefined): Promise<void> {
  killGroup(group);
  if (account !== undefined) await endProcessesOf(account);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

/** Resident bytes of all that a command started, as far as the system tells. */
async function memoryOfCommand(group: number | undefined, account: Account | undefined): Promise<number> {
  if (account !== undefined) return memoryOf(processesOf(account));
  return (await memoryByGroup()).get(group ?? 0) ?? 0;
}
