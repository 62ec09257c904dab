import type { SiteId } from '../identity/id.ts';
import { type Fleet, type FleetPolicy, hasBegun, type PlacedSite } from './fleet.ts';

/** Which ring a site is in, and whether it is to take the change. */
export interface SiteMove {
  readonly site: SiteId;
  readonly ring: number;
  readonly told: boolean;
}

/**
 * Which sites are told something else now, given where the rings are; nothing where all is as it should be. Sites that
 * are online take the change in the order given, so many of a link at a time. A site that went away before it came to
 * an end gives its place on the link back, and is told again when it is here. While the plan rests nobody begins, nor does
 * a site that has yet to leave an earlier try: what it said of that one would count as what it says of this one.
 */
export function planMoves(
  fleet: Fleet,
  given: {
    readonly policy: FleetPolicy;
    readonly sites: readonly PlacedSite[];
    /** Rings of sites as they are kept; a site that is not in it was not placed before. */
    readonly kept: ReadonlyMap<SiteId, number>;
    readonly resting: boolean;
  },
): readonly SiteMove[] {
  const links = new LinkPlaces(given.policy);
  const wanted = given.sites.map((site) => ({ site, told: staysTold(fleet, site, links) }));
  for (const { site, told } of wanted) if (told && site.outcome === 'working') links.take(site);
  return wanted.flatMap(({ site, told }) => {
    const begins = !told && !given.resting && mayBegin(fleet, site) && links.take(site);
    const move = { site: site.site, ring: site.ring, told: told || begins };
    return move.told === site.told && given.kept.get(site.site) === site.ring ? [] : [move];
  });
}

function staysTold(fleet: Fleet, site: PlacedSite, links: LinkPlaces): boolean {
  const ring = fleet.rings[site.ring];
  if (!site.told || ring === undefined || !hasBegun(ring)) return false;
  return site.online || site.outcome !== 'working' || !links.isLimited(site);
}

function mayBegin(fleet: Fleet, site: PlacedSite): boolean {
  const ring = fleet.rings[site.ring];
  const isFree = site.online && site.inStep && site.outcome === 'working';
  return isFree && ring !== undefined && hasBegun(ring) && ring.state !== 'stopped';
}

/** Places on links; a site without the label shares its link with nobody. */
class LinkPlaces {
  readonly #link: FleetPolicy['link'];
  readonly #taken = new Map<string, number>();

  constructor({ link }: FleetPolicy) {
    this.#link = link;
  }

  isLimited(site: PlacedSite): boolean {
    return this.#link !== null && site.labels[this.#link.label] !== undefined;
  }

  /** Takes a place for the site where there is one, and says whether there was. */
  take(site: PlacedSite): boolean {
    const value = this.#link === null ? undefined : site.labels[this.#link.label];
    if (this.#link === null || value === undefined) return true;
    const taken = this.#taken.get(value) ?? 0;
    this.#taken.set(value, taken + 1);
    if (taken < this.#link.atOnce) return true;
    this.#taken.set(value, taken);
    return false;
  }
}
