import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '..');

export interface Program {
  /** A script below the repository that this Node runs, or the path of another program. */
  readonly script?: string;
  readonly command?: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `show` passes the output on; `collect` keeps it for the caller. */
  readonly output: 'show' | 'collect';
}

/** Runs a program to its end, without a shell. The exit code of a program that a signal ended is 1. */
export function runProgram(program: Program): Promise<{ readonly code: number; readonly output: string }> {
  const command = program.command ?? process.execPath;
  const args = program.script === undefined ? program.args : [join(repository, program.script), ...program.args];
  const child = spawn(command, args, {
    cwd: repository,
    env: { ...process.env, ...program.environment },
    stdio: program.output === 'show' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  child.stderr?.on('data', (part: Buffer) => parts.push(part));
  const stop = () => child.kill();
  process.once('exit', stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', stop);
      resolve({ code: code ?? 1, output: Buffer.concat(parts).toString('utf8') });
    });
  });
}

/** Ends with the children when a terminal or a supervisor says so; without this, they would outlive us. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
}
