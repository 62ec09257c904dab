import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Estate } from '@almanac/testkit';

/** What of an estate can be killed; `postgres` is the server's, `site-postgres` that of the applications. */
export const killable = ['server', 'builder', 'agent', 'gateway', 'postgres', 'site-postgres'] as const;
export type Part = (typeof killable)[number];

/** The process of a part of an estate; undefined while it does not run. */
export function processOf(estate: Pick<Estate, 'data' | 'directory'>, part: Part): number | undefined {
  if (part === 'postgres') return numberIn(join(estate.data, 'postgres', 'postmaster.pid'));
  if (part === 'site-postgres') return numberIn(join(estate.data, 'sites', 'shared', 'postgres', 'postmaster.pid'));
  if (part === 'gateway') {
    return processesOf(estate).find(
      (each) => each.command.includes('gateway/src/main.ts') && each.command.includes('sites/development'),
    )?.pid;
  }
  return numberIn(join(estate.data, 'parts', `${part}.pid`));
}

/** The number with which a file begins, if it is that of a live process. */
function numberIn(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return existsSync(`/proc/${pid}`) ? pid : undefined;
}

/** Every live process whose command or environment names the data of this estate. */
export function processesOf(
  estate: Pick<Estate, 'directory'>,
): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${entry}/environ`, 'utf8');
        return command.includes(`${estate.directory}/`) || environment.includes(`${estate.directory}/`)
          ? [{ pid: Number(entry), command }]
          : [];
      } catch {
        return [];
      }
    });
}
