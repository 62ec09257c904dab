import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodes } from '../exit-codes.ts';
import { CommandError } from '../output/report-error.ts';

/** Programs that run on the machine that they are about: beside the bundle, in the repository, or below the bundle's. */
const programs = {
  agent: {
    places: ['./almanac-agent.mjs', '../../../agent/src/main.ts'],
    absent: 'the agent is not installed beside this command line',
  },
  maintenance: {
    places: ['../../../server/src/backup/main.ts', '../apps/server/src/backup/main.ts'],
    absent: 'backups are taken and restored where the server is installed; run this there',
  },
  'allow-lists': {
    places: ['../../../server/src/allow-lists/main.ts', '../apps/server/src/allow-lists/main.ts'],
    absent: 'allow lists are cleared where the server is installed; run this there',
  },
  keys: {
    places: ['../../../server/src/keys/main.ts', '../apps/server/src/keys/main.ts'],
    absent: 'keys are rotated where the server is installed; run this there',
  },
} as const;

/** Hands a command line over to another program of Almanac; gives its exit status. */
export function handOver(name: keyof typeof programs, args: readonly string[]): Promise<number> {
  const { places, absent } = programs[name];
  const program = places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(place));
  if (program === undefined) throw new CommandError(absent, exitCodes.defect);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? exitCodes.defect));
  });
}
