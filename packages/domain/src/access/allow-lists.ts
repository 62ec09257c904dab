import type { EnvironmentId, RoleId } from '../identity/id.ts';
import type { PrincipalAccess } from './resolve-access.ts';

/**
 * By which requests come in: browsers and whoever signs in with a password by `console`, whoever shows a token by `api`, the
 * agents of sites by `agents`.
 */
export const entrances = ['console', 'api', 'agents'] as const;
export type Entrance = (typeof entrances)[number];

/** Networks, and whether an address lies in one of them. */
export interface NetworkSet {
  /** As CIDR, in the order in which they were given. */
  readonly networks: readonly string[];
  readonly has: (address: string) => boolean;
}

/** From where what is allowed. What is not named, or null, is allowed from everywhere. */
export interface AllowLists {
  readonly entrances: Readonly<Record<Entrance, NetworkSet | null>>;
  /** From where a role counts. */
  readonly roles: ReadonlyMap<RoleId, NetworkSet>;
  /** From where an environment may be changed. */
  readonly environments: ReadonlyMap<EnvironmentId, NetworkSet>;
}

export const everywhere: AllowLists = {
  entrances: { console: null, api: null, agents: null },
  roles: new Map(),
  environments: new Map(),
};

/** Where a request comes from, and by which entrance. */
export interface Origin {
  readonly entrance: Entrance;
  readonly address: string;
}

/** What would shut out somebody who is in: their entrance, or a role by which they may do what they do. */
export type Exclusion =
  | { readonly kind: 'entrance'; readonly entrance: Entrance }
  | { readonly kind: 'role'; readonly role: RoleId };

/**
 * How lists would shut out whoever puts them in force, where they are now: they could not take it back from there. The default
 * role counts, as rights of the installation come from it alone.
 */
export function exclusionsOf(
  lists: AllowLists,
  who: { readonly origin: Origin; readonly access: PrincipalAccess },
): readonly Exclusion[] {
  const { entrance, address } = who.origin;
  const { defaultRole } = who.access;
  const atEntrance = lists.entrances[entrance]?.has(address) === false;
  const byRole = lists.roles.get(defaultRole)?.has(address) === false;
  return [
    ...(atEntrance ? [{ kind: 'entrance', entrance } as const] : []),
    ...(byRole ? [{ kind: 'role', role: defaultRole } as const] : []),
  ];
}

/** So long lists are on trial, in minutes: unless somebody confirms them by then, those before are in force again. */
export const trialMinutes = { least: 1, usual: 10, most: 60 } as const;

/** @param endsAt Milliseconds since the epoch, as `now`; null for lists that were confirmed. */
export function isTrialOver(endsAt: number | null, now: number): boolean {
  return endsAt !== null && now >= endsAt;
}
