import type { FleetPolicy, PlacedSite } from './fleet.ts';

/** How the sites of a ring stand; each is counted once. `waiting` has not come to an end, told or not. */
export interface RingCounts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly offline: number;
  readonly waiting: number;
}

/** Counts the sites of each ring, in the order of the rings. What a site says while it is offline counts for nothing. */
export function countRings(policy: FleetPolicy, sites: readonly PlacedSite[]): readonly RingCounts[] {
  const counts = policy.rings.map(() => ({ total: 0, done: 0, failed: 0, offline: 0, waiting: 0 }));
  for (const site of sites) {
    const count = counts[site.ring];
    if (count === undefined) continue;
    count.total += 1;
    if (!site.online) count.offline += 1;
    else if (!site.told || site.outcome === 'working') count.waiting += 1;
    else count[site.outcome] += 1;
  }
  return counts;
}
