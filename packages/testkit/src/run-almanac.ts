import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Estate } from './estate.ts';

/** The command line as it is run from sources. */
export const almanacProgram = join(import.meta.dirname, '../../../apps/cli/src/main.ts');

export interface Ended {
  readonly status: number;
  readonly output: string;
  readonly complaint: string;
}

/**
 * Runs one command of `almanac` in a real process to its end. It knows nothing but what it is given: a server and a token,
 * or a folder in which it works and keeps its configuration.
 */
export async function runAlmanac(
  words: readonly string[],
  given: {
    readonly server?: Pick<Estate, 'url'>;
    readonly token?: string;
    readonly directory?: string;
    /** What it reads from its standard input. */
    readonly input?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Ended> {
  const { server, token, directory, environment } = given;
  const child = spawn(process.execPath, [almanacProgram, ...words], {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: {
      PATH: process.env['PATH'] ?? '',
      NO_COLOR: '1',
      ...(directory === undefined ? {} : { XDG_CONFIG_HOME: join(directory, 'config') }),
      ...(server === undefined ? {} : { ALMANAC_SERVER: server.url }),
      ...(token === undefined ? {} : { ALMANAC_TOKEN: token }),
      ...environment,
    },
  });
  const texts = { output: '', complaint: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.complaint += text;
  });
  child.stdin.end(given.input ?? '');
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  return { status, ...texts };
}

/** What a command printed that had to succeed. */
export function outputOf(ended: Ended): string {
  if (ended.status !== 0) throw new Error(`almanac ended with ${ended.status}: ${ended.complaint}${ended.output}`);
  return ended.output;
}
