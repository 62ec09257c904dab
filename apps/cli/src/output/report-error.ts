import { ConnectionError, ProblemError } from '@almanac/client';
import { type Category, refusals } from '@almanac/domain';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** The command cannot go on, and says why and what to do; no fault of the server. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Tells people what went wrong, in a line or a few, and gives the exit status. */
export function reportError(error: unknown, terminal: Terminal): number {
  const say = (text: string) => terminal.printError(`${terminal.paint('red', 'almanac:')} ${text}`);
  if (error instanceof CommandError) {
    say(error.message);
    return error.exitCode;
  }
  if (error instanceof ConnectionError) {
    say(`${error.message}.\n  Is the server running? Start it with "npm start", or name another with --server URL.`);
    return exitCodes.cannotConnect;
  }
  if (error instanceof ProblemError) {
    const { problem } = error;
    say(problem.detail);
    for (const fault of problem.errors ?? []) terminal.printError(`  ${fault.pointer || '/'}: ${fault.detail}`);
    if (problem.category === 'unauthenticated') terminal.printError('  Sign in with "almanac login".');
    if (problem.status >= 500) terminal.printError(`  The server's log has more under ${problem.instance}.`);
    return isCategory(problem.category) ? exitCodeOf[problem.category] : exitCodes.defect;
  }
  say(error instanceof Error ? error.message : String(error));
  if (process.env['ALMANAC_DEBUG'] !== undefined && error instanceof Error) terminal.printError(error.stack ?? '');
  return exitCodes.defect;
}

const categories = new Set<string>(Object.values(refusals).map((each) => each.category));

function isCategory(text: string): text is Category {
  return categories.has(text);
}
