import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { JournalState } from '../journal/journal.ts';
import { createGatewayClient, type GatewayClient } from './gateway-client.ts';
import { createHaproxyClient, findHaproxy } from './haproxy/haproxy-client.ts';

/** What passes requests on at a site: our gateway, or HAProxy where it is installed and asked for. */
export const dataPlanes = ['almanac', 'haproxy'] as const;
export type DataPlane = (typeof dataPlanes)[number];

/**
 * Opens the data plane of a site. The other one, if it still runs, is ended first: two cannot have the same ports.
 *
 * @throws {Error} when HAProxy is asked for and not installed
 */
export async function openDataPlane(input: {
  readonly plane: DataPlane;
  readonly directory: string;
  readonly journal: JournalState['gateway'];
  readonly log: Pick<Logger, 'info' | 'warn'>;
}): Promise<GatewayClient> {
  const { plane, directory, journal, log } = input;
  const nobodys = { identity: null, revision: 0 };
  if (plane === 'almanac') {
    if (existsSync(join(directory, 'haproxy')))
      await (await createHaproxyClient({ directory, journal: nobodys, program: '' })).stop();
    return createGatewayClient({ directory, journal, log });
  }
  const program = findHaproxy(process.env['PATH']);
  if (program === undefined)
    throw new Error('ALMANAC_GATEWAY is haproxy, which is not installed; install it, or remove the setting');
  await createGatewayClient({ directory, journal: nobodys, log }).stop();
  return createHaproxyClient({ directory, journal, program });
}
