import type { FleetPolicy, FleetSite, PlacedSite, RingSites } from './fleet.ts';

/**
 * Gives each site its ring. Who has one keeps it, whatever its labels are now: a site does not move from ring to ring
 * under a change. Who joins later goes where its labels say, else to the last ring, so that nobody overtakes.
 */
export function placeSites(policy: FleetPolicy, sites: readonly FleetSite[]): readonly PlacedSite[] {
  if (sites.every(isPlaced)) return sites.filter(isPlaced);
  const joining = sites.some(isPlaced);
  const placed: PlacedSite[] = sites.filter(isPlaced);
  // By a hash of the key, so that a share is not always of the oldest sites; the same for everybody who asks.
  let left: readonly FleetSite[] = sites
    .filter((each) => each.ring === null)
    .map((site) => ({ site, rank: rankOf(site.site) }))
    .sort((a, b) => a.rank - b.rank || (a.site.site < b.site.site ? -1 : 1))
    .map(({ site }) => site);
  for (const [ring, { sites: wanted }] of policy.rings.entries()) {
    const isLast = ring === policy.rings.length - 1;
    const { taken, rest } = isLast ? { taken: left, rest: [] } : choose(wanted, left, joining);
    for (const site of taken) placed.push({ ...site, ring });
    left = rest;
  }
  return placed;
}

function isPlaced(site: FleetSite): site is PlacedSite {
  return site.ring !== null;
}

function choose(
  wanted: RingSites,
  left: readonly FleetSite[],
  joining: boolean,
): { readonly taken: readonly FleetSite[]; readonly rest: readonly FleetSite[] } {
  if (wanted.kind === 'share') {
    const size = joining ? 0 : Math.ceil((left.length * wanted.percent) / 100);
    return { taken: left.slice(0, size), rest: left.slice(size) };
  }
  const labels = Object.entries(wanted.labels);
  const taken: FleetSite[] = [];
  const rest: FleetSite[] = [];
  for (const site of left) (labels.every(([key, value]) => site.labels[key] === value) ? taken : rest).push(site);
  return { taken, rest };
}

/** FNV-1a, 32 bits. */
function rankOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
