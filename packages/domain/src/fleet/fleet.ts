import type { SiteId } from '../identity/id.ts';

/** What a ring does when more of its sites fail than it tolerates. Only `rollback-all` ends the operation. */
export const ringErrorActions = ['pause', 'rollback-ring', 'rollback-all'] as const;
export type RingErrorAction = (typeof ringErrorActions)[number];

/** Sites that carry all of these labels, or a share (percent, rounded up) of those that no earlier ring took. */
export type RingSites =
  | { readonly kind: 'labels'; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'share'; readonly percent: number };

/** One ring of sites. Thresholds are percent from 0 to 100; an offline site is neither a success nor a failure. */
export interface Ring {
  readonly name: string;
  readonly sites: RingSites;
  /** It passes when at least so many of the sites that can be reached have it, and one at least. */
  readonly successThreshold: number;
  /** It stops when more than this of the sites that came to an end failed. */
  readonly errorThreshold: number;
  /** So many sites must have come to an end before failures are judged as a share. */
  readonly minExecuted: number;
  /** So long it must keep meeting what lets it pass, in minutes. */
  readonly soak: number;
  /** It does not pass while more than this of its sites are offline. */
  readonly maxOffline: number;
  readonly onError: RingErrorAction;
}

/** How a change goes over the sites of an environment. */
export interface FleetPolicy {
  /** In the order in which they are taken; the last one takes all sites that are left. */
  readonly rings: readonly Ring[];
  /** Of the sites that share a value of this label, so many take the change at a time; null for all. */
  readonly link: { readonly label: string; readonly atOnce: number } | null;
}

/**
 * `stopped`: too many failed, and somebody has to say what next. `returned`: its sites run again what they ran before.
 * A ring that passed keeps being judged by its failures for as long as the change goes on.
 */
export type RingState = 'waiting' | 'running' | 'soaking' | 'passed' | 'stopped' | 'returned';

/** How far one ring is. Times are milliseconds since the epoch. */
export interface RingProgress {
  readonly name: string;
  readonly state: RingState;
  /** When it entered that state; null before the start. */
  readonly since: number | null;
  /** Failed sites when it stopped, and those that somebody let pass by continuing. */
  readonly failed: number;
  readonly accepted: number;
}

/** How far one change is on its way over the rings. */
export interface Fleet {
  readonly rings: readonly RingProgress[];
}

/** One site as the fleet sees it. */
export interface FleetSite {
  readonly site: SiteId;
  readonly labels: Readonly<Record<string, string>>;
  readonly online: boolean;
  /** Whether what it says is said of the newest document that was made for it. */
  readonly inStep: boolean;
  /** Position of its ring; null for a site that joined and was not placed yet. */
  readonly ring: number | null;
  /** Whether it was told to take the change. */
  readonly told: boolean;
  /** What it says of the change. */
  readonly outcome: 'done' | 'failed' | 'working';
}

/** A site that has its ring. */
export type PlacedSite = FleetSite & { readonly ring: number };

const begun: ReadonlySet<RingState> = new Set(['running', 'soaking', 'passed', 'stopped']);

/** Whether sites of the ring may have the change. */
export function hasBegun(ring: Pick<RingProgress, 'state'>): boolean {
  return begun.has(ring.state);
}

export function newFleet(policy: FleetPolicy): Fleet {
  return {
    rings: policy.rings.map(({ name }) => ({ name, state: 'waiting', since: null, failed: 0, accepted: 0 })),
  };
}
