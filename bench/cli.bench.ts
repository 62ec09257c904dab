import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEstate } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';

const turns = 21;
const root = join(import.meta.dirname, '..');

/** The command that people type most, as they install it: one bundle. */
export const benchmark: Benchmark = {
  name: 'cli',
  about: '`almanac status` by the distributed bundle against a local server, against a Node that does nothing',
  run: async () => {
    await promisify(execFile)('npm', ['run', 'build:dist'], { cwd: root });
    const estate = await startEstate();
    try {
      const env = {
        PATH: process.env['PATH'] ?? '',
        HOME: estate.directory,
        ALMANAC_SERVER: estate.url,
        ALMANAC_TOKEN: estate.token,
      };
      const timed = async (args: readonly string[]) => {
        const startedAt = performance.now();
        await promisify(execFile)(process.execPath, [...args], { env });
        return performance.now() - startedAt;
      };
      const ours: number[] = [];
      const bare: number[] = [];
      await timed([join(root, 'dist/almanac.mjs'), 'status']);
      for (let turn = 0; turn < turns; turn += 1) {
        ours.push(await timed([join(root, 'dist/almanac.mjs'), 'status']));
        bare.push(await timed(['-e', '0']));
      }
      return [
        {
          figure: 'almanac status',
          unit: 'ms',
          values: ours,
          bar: { words: 'under 150', holds: (median) => median < 150 },
        },
        { figure: 'node -e 0', unit: 'ms', values: bare },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
    }
  },
};
