import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Logger } from 'pino';
import type { PartRecords } from './part-records.ts';

export interface PartDefinition {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it gets what the launcher was given to keep secret, beside the rest of the launcher's environment. */
  readonly isTrusted: boolean;
  readonly logFile: string;
  /** Given each line of standard output, besides the log file; undefined keeps it in the file alone. */
  readonly onLine?: (line: string) => void;
}

/** One process that the launcher keeps running. */
export interface Part {
  readonly name: string;
  /** Ends it: TERM, and KILL after `graceMs`; it is not started again. */
  readonly stop: (graceMs: number) => Promise<void>;
}

const longestPause = 15_000;
/** A part that ran for so long was well: its next end starts the pauses anew. */
const wellAfter = 5000;

/** Starts a part and starts it again whenever it ends by itself, after a pause that grows. */
export function keepRunning(input: {
  readonly definition: PartDefinition;
  readonly records: PartRecords;
  readonly log: Logger;
}): Part {
  const { definition, records, log } = input;
  let stopping = false;
  let current: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  const start = () => {
    const startedAt = performance.now();
    const child = startProcess(definition);
    current = child;
    child.on('spawn', () => child.pid !== undefined && records.remember(definition.name, child.pid));
    child.on('error', (error) => log.error({ part: definition.name, reason: error.message }, 'cannot start'));
    child.on('close', (code, signal) => {
      records.forget(definition.name);
      current = undefined;
      if (stopping) return;
      failures = performance.now() - startedAt > wellAfter ? 1 : failures + 1;
      const pause = Math.min(longestPause, 250 * 2 ** (failures - 1));
      log.warn(
        { part: definition.name, code, signal, again: `in ${pause} ms`, see: definition.logFile },
        'ended unexpectedly',
      );
      timer = setTimeout(start, pause);
    });
  };
  start();
  return {
    name: definition.name,
    stop: async (graceMs) => {
      stopping = true;
      clearTimeout(timer);
      const child = current;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** Runs a part once to its end; used for commands such as stopping the sites. */
export async function runOnce(definition: PartDefinition): Promise<number> {
  const child = startProcess(definition);
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** Names of variables that hold secrets, or say where they are: they are the server's. */
const secretNames = /PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL/;

/** An environment for parts that need no secret of the installation: they have their own, and run what others wrote. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secretNames.test(name)));
}

/**
 * Each part leads a process group of its own: a Ctrl-C in the terminal reaches the launcher alone, which then stops
 * the parts in order.
 */
function startProcess(definition: PartDefinition): ChildProcess {
  const file = openSync(definition.logFile, 'a', 0o600);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', definition.script, ...(definition.args ?? [])],
    {
      env: {
        ...(definition.isTrusted ? process.env : withoutSecrets(process.env)),
        ...definition.environment,
      },
      stdio: ['ignore', definition.onLine === undefined ? file : 'pipe', file],
      detached: true,
    },
  );
  closeSync(file);
  if (definition.onLine !== undefined) eachLine(child, definition.onLine);
  return child;
}

function eachLine(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}
