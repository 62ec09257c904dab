import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startEstate } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';

const turns = 5;
const root = join(import.meta.dirname, '..');

/** The second and every later `npm start`, from the command to the line that says that it runs. */
export const benchmark: Benchmark = {
  name: 'start',
  about: 'from `npm start` on data that is there to the line that says that everything runs',
  run: async () => {
    const first = await startEstate();
    await first.stop();
    try {
      const values: number[] = [];
      for (let turn = 0; turn < turns; turn += 1) values.push(await startOnce(first));
      return [{ figure: 'ready', unit: 's', values, bar: { words: 'under 3', holds: (median) => median < 3 } }];
    } finally {
      await first.remove();
    }
  },
};

async function startOnce(estate: Awaited<ReturnType<typeof startEstate>>): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ALMANAC_DATA: estate.data,
      ALMANAC_PORT: new URL(estate.url).port,
      ALMANAC_SITE_PORT: String(estate.sitePorts[0]),
      ALMANAC_RUNTIME_DIR: join(estate.directory, 'runtime'),
    },
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.includes('Ctrl-C stops everything')) break;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const ended = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
  return seconds;
}
