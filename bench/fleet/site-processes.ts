import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SiteKeys, SitesAnswer, SitesCommand } from './sites.ts';

export interface SiteProcesses {
  readonly sites: readonly SiteKeys[];
  readonly tell: (command: SitesCommand) => void;
  /** How many sites are connected and were welcomed. */
  readonly welcomed: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const sitesPerProcess = 2500;

/** Starts simulated sites in processes of their own, so that what they cost is not counted as the server's. */
export async function startSites(server: string, count: number): Promise<SiteProcesses> {
  const children: ChildProcess[] = [];
  const sites: SiteKeys[] = [];
  for (let left = count; left > 0; left -= sitesPerProcess) {
    const child = fork(join(import.meta.dirname, 'sites.ts'), [server, String(Math.min(left, sitesPerProcess))]);
    children.push(child);
    const made = await next(child, 'made');
    sites.push(...made.sites);
  }
  const tell = (command: SitesCommand) => {
    for (const child of children) child.send(command);
  };
  return {
    sites,
    tell,
    welcomed: async () => {
      const answers = Promise.all(children.map((child) => next(child, 'counted')));
      tell({ kind: 'count' });
      return (await answers).reduce((sum, each) => sum + each.welcomed, 0);
    },
    stop: async () => {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null) return;
          const ended = once(child, 'exit');
          child.disconnect();
          await ended;
        }),
      );
    },
  };
}

async function next<Kind extends SitesAnswer['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<SitesAnswer, { kind: Kind }>> {
  const [message] = (await once(child, 'message')) as [SitesAnswer];
  if (message.kind !== kind) throw new Error(`the sites answered ${message.kind} and not ${kind}`);
  return message as Extract<SitesAnswer, { kind: Kind }>;
}
