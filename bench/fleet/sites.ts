// Many simulated sites in a process of their own: `node sites.ts SERVER COUNT`, steered by messages from the benchmark.
import { SimulatedSite } from './simulated-site.ts';

export type SitesCommand =
  | { readonly kind: 'connect' }
  | { readonly kind: 'note'; readonly notice: string }
  | { readonly kind: 'count' };

export interface SiteKeys {
  readonly id: string;
  readonly signingKey: string;
  readonly sealingKey: string;
}

export type SitesAnswer =
  | { readonly kind: 'made'; readonly sites: readonly SiteKeys[] }
  | { readonly kind: 'counted'; readonly welcomed: number };

/** Sites of a process that begin to connect in the same second; a restart of the server lets all come at once. */
const connectsPerSecond = 1000;

const [server = '', count = '0'] = process.argv.slice(2);
const sites = Array.from({ length: Number(count) }, () => new SimulatedSite(server));
const answer = (message: SitesAnswer) => process.send?.(message);

process.on('message', (command: SitesCommand) => {
  if (command.kind === 'connect')
    sites.forEach((site, index) => void setTimeout(() => site.connect(), (index * 1000) / connectsPerSecond));
  else if (command.kind === 'note') for (const site of sites) site.note(command.notice);
  else answer({ kind: 'counted', welcomed: sites.filter((each) => each.welcomed).length });
});
process.on('disconnect', () => process.exit(0));
answer({
  kind: 'made',
  sites: sites.map(({ id, signingKey, sealingKey }) => ({ id, signingKey, sealingKey })),
});
