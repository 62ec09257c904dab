import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const told = z.object({
  ready: z.boolean().optional(),
  url: z.string().optional(),
  setupUrl: z.string().optional(),
  refused: z.string().optional(),
});

export interface ServerProcess {
  /** What it says first; nothing where it ends without a word. */
  readonly told: Promise<z.output<typeof told>>;
  /** What it wrote into its log. */
  readonly complaints: readonly string[];
  /** What ended it: a signal, or its status. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends it a signal, unless it ended already, and waits for its end. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals>;
}

/** The server as a process of its own, as the launcher starts it, on any free port. */
export function startServerProcess(environment: Readonly<Record<string, string>>): ServerProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
    env: { PATH: process.env['PATH'] ?? '', ALMANAC_PORT: '0', ALMANAC_LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit').then(([status, signal]): number | NodeJS.Signals => signal ?? status);
  return {
    told: new Promise((resolve) => {
      lines.once('line', (line) => resolve(told.parse(JSON.parse(line))));
      lines.once('close', () => resolve({}));
    }),
    complaints,
    ended,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
