import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Estate, loadSample, startEstate } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';

/** Long enough for what the start left to be collected. */
const settleMs = 30_000;
const cpuMs = 20_000;

/** What Almanac costs while nothing happens; the applications of the sample themselves are not counted. */
export const benchmark: Benchmark = {
  name: 'idle',
  about:
    'server, builder, agent, three gateways, both PostgreSQL and the launcher at rest, with the sample deployed (its own processes left out)',
  run: async () => {
    const estate = await startEstate();
    try {
      await loadSample(estate.client);
      await pause(settleMs);
      const before = ticksOf(estate);
      await pause(cpuMs);
      const spent = ticksOf(estate) - before;
      return [
        {
          figure: 'memory (PSS)',
          unit: 'MB',
          values: [pssOf(estate)],
          bar: { words: 'under 500', holds: (median) => median < 500 },
        },
        // Clock ticks are hundredths of a second on Linux (proc(5), USER_HZ).
        { figure: 'processor', unit: '% of a core', values: [(spent * 10 * 100) / cpuMs] },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
    }
  },
};

/** The processes of an estate without those of its applications, which run from their own folder. */
function ownProcesses(estate: Estate): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const isOurs = `${command}${environment}`.includes(`${estate.directory}/`) || isBelowPostgres(pid, estate);
      return isOurs && !command.includes('almanac-instance') && !environment.includes('ALMANAC_MODULE=');
    } catch {
      return false;
    }
  });
}

/** Backends of PostgreSQL rewrite their command line; they are known by their parent. */
function isBelowPostgres(pid: string, estate: Estate): boolean {
  const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  const command = readFileSync(`/proc/${parent}/cmdline`, 'utf8');
  return command.includes('postgres') && command.includes(`${estate.directory}/`);
}

function pssOf(estate: Estate): number {
  const kilobytes = ownProcesses(estate).map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1000;
}

function ticksOf(estate: Estate): number {
  return ownProcesses(estate).reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + Number(fields[11]) + Number(fields[12]);
  }, 0);
}
