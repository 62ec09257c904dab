import { failpoint } from '@almanac/host';
import type { GatewayStats } from '@almanac/protocol/gateway';
import type { SiteContext } from '../converge/site-context.ts';
import { gatewayConfigOf, type RoutedApplication } from './gateway-config.ts';

/**
 * How many requests an instance still answers; null while the gateway may give it new ones, or does not say. Upgraded
 * connections are not among them: nobody but the application can end those well, and it does when it is told to end.
 */
export type InFlight = (instance: string) => number | null;

/** Keeps the gateway of a site informed, and knows what it has taken over. */
export interface GatewayKeeper {
  /** Sends a configuration when it is another one, or when the gateway lost it; says whether it did. */
  readonly apply: (applications: readonly RoutedApplication[], inForce: number) => Promise<boolean>;
  readonly inFlight: (stats: GatewayStats | undefined) => InFlight;
}

export function createGatewayKeeper(
  site: Pick<SiteContext, 'gateway' | 'frontPort' | 'tls'> & {
    readonly journal: Pick<SiteContext['journal'], 'state'>;
  },
): GatewayKeeper {
  let sent = '';
  /** What the gateway confirmed last, and to whom it gives new requests by that. */
  let confirmed: { readonly revision: number; readonly active: ReadonlySet<string> } | undefined;
  return {
    apply: async (applications, inForce) => {
      const config = gatewayConfigOf({ frontPort: site.frontPort, tls: site.tls, applications });
      const text = JSON.stringify(config);
      const { gateway } = site.journal.state;
      if (text === sent && inForce === gateway.revision) return false;
      gateway.revision = Math.max(gateway.revision, inForce) + 1;
      failpoint('gateway-before-apply');
      await site.gateway.apply({ ...config, revision: gateway.revision });
      failpoint('gateway-after-apply');
      sent = text;
      const active = config.services.flatMap((service) => service.backends).filter((each) => each.state === 'active');
      confirmed = { revision: gateway.revision, active: new Set(active.map((each) => each.instance)) };
      return true;
    },
    inFlight: (stats) => {
      // Numbers of another configuration say nothing about what comes by this one.
      if (stats === undefined || stats.revision !== confirmed?.revision) return () => null;
      const { active } = confirmed;
      const counts = new Map<string, number>();
      for (const { instance, inFlight, upgraded } of stats.services.flatMap((service) => service.backends))
        counts.set(instance, (counts.get(instance) ?? 0) + inFlight - upgraded);
      return (instance) => (active.has(instance) ? null : (counts.get(instance) ?? 0));
    },
  };
}
