import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity } from '@almanac/host';
import { z } from 'zod';
import type { LauncherConfig } from './config.ts';

/** Asked before anything is started, so that the answer is one line and nothing is left behind. */
export async function refuseTakenPorts(config: LauncherConfig): Promise<void> {
  await refuseTaken({ port: config.port, host: config.host, variable: 'ALMANAC_PORT' });
  // After a crash the sites' own gateways may still serve; they are taken over together with their ports.
  if (gatewaysRun(join(config.data, 'sites'))) return;
  for (const port of config.sitePorts) await refuseTaken({ port, host: '127.0.0.1', variable: 'ALMANAC_SITE_PORT' });
}

async function refuseTaken(input: {
  readonly port: number;
  readonly host: string;
  readonly variable: string;
}): Promise<void> {
  const { port, variable } = input;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
      const why = error.code === 'EADDRINUSE' ? 'is taken by another program' : 'may not be used by this account';
      const other = port + 100 > 65_000 ? port - 100 : port + 100;
      reject(new Error(`port ${port} ${why}; choose another one: ${variable}=${other} npm start`));
    });
    probe.listen(port, input.host, () => probe.close(() => resolve()));
  });
}

/** What is read of a site's journal; the rest belongs to the agent. */
const journal = z.object({
  gateway: z.object({ identity: z.object({ pid: z.number(), startTime: z.string() }).nullable() }),
});

function gatewaysRun(sites: string): boolean {
  if (!existsSync(sites)) return false;
  return readdirSync(sites).some((site) => {
    const file = join(sites, site, 'journal.json');
    const identity = existsSync(file) ? gatewayOf(readFileSync(file, 'utf8')) : null;
    return identity !== null && isAlive(identity);
  });
}

function gatewayOf(text: string): ProcessIdentity | null {
  try {
    return journal.parse(JSON.parse(text)).gateway.identity;
  } catch {
    // The agent says what is wrong with its journal; for the ports it is as if there were none.
    return null;
  }
}
