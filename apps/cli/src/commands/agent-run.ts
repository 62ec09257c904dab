import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodes } from '../exit-codes.ts';
import { CommandError } from '../output/report-error.ts';

/** Hands `almanac agent …` over to the agent's own program: beside the bundle, or in the repository. */
export function runAgent(args: readonly string[]): Promise<number> {
  const places = ['./almanac-agent.mjs', '../../../agent/src/main.ts'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const program = places.find((place) => existsSync(place));
  if (program === undefined)
    throw new CommandError('the agent is not installed beside this command line', exitCodes.defect);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? exitCodes.defect));
  });
}
