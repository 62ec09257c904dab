import type { SiteId } from '../identity/id.ts';
import type { FleetPolicy, FleetSite, Ring } from './fleet.ts';

/** A ring that asks for everything and tolerates nothing, unless told otherwise. */
export function aRing(name: string, given: Partial<Ring> = {}): Ring {
  return {
    name,
    sites: { kind: 'share', percent: 100 },
    successThreshold: 100,
    errorThreshold: 0,
    minExecuted: 1,
    soak: 0,
    maxOffline: 100,
    onError: 'pause',
    ...given,
  };
}

export function aPolicy(rings: readonly Ring[], link: FleetPolicy['link'] = null): FleetPolicy {
  return { rings, link };
}

export function aFleetSite(name: string, given: Partial<FleetSite> = {}): FleetSite {
  return {
    site: `site-${name}` as SiteId,
    labels: {},
    online: true,
    inStep: true,
    ring: null,
    told: false,
    outcome: 'working',
    ...given,
  };
}
