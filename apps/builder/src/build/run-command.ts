import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
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
  readonly onOutput: (chunk: Buffer) => void;
  /** Told of the process group as soon as it exists, so that a later builder can end it if this one is killed. */
  readonly onStarted: (group: number) => void;
}): Promise<CommandEnd> {
  const [program = '', ...args] = typeof input.command === 'string' ? ['/bin/sh', '-c', input.command] : input.command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
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
      void memoryOfGroup(child.pid).then((bytes) => {
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
    const finish = (outcome: CommandEnd) => {
      clearTimeout(timer);
      clearInterval(sampler);
      input.signal.removeEventListener('abort', cancel);
      killGroup(child.pid);
      resolve(forced ?? outcome);
    };
    child.on('spawn', () => child.pid !== undefined && input.onStarted(child.pid));
    child.on('error', (error) => finish({ kind: 'not-started', detail: error.message }));
    // What the command left running in the background keeps the pipes open: the group is ended with its leader.
    child.on('exit', () => setImmediate(() => killGroup(child.pid)));
    child.on('close', (code, signal) =>
      finish(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal }),
    );
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

const pageBytes = 4096;

/** Resident bytes of a process group, from /proc; 0 where there is none. */
async function memoryOfGroup(group: number | undefined): Promise<number> {
  if (group === undefined || process.platform !== 'linux') return 0;
  let total = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[2]) === group) total += Number(fields[21] ?? 0) * pageBytes;
  }
  return total;
}
