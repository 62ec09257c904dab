import type { PrincipalId, RoleId, TeamId } from '../identity/id.ts';
import type { ExternalIdentity, IdentityProviderId } from './external-identity.ts';

/** Who gets an account by signing in: nobody, everybody whom the provider lets in, or only who is in a mapped group. */
export const provisionings = ['off', 'everybody', 'mapped'] as const;
export type Provisioning = (typeof provisionings)[number];

/** What a group of the provider gives here. The group is compared exactly: no pattern, no case folding. */
export interface GroupMapping {
  readonly group: string;
  readonly role: RoleId;
  /** The team in which the role is given; null for the default role. */
  readonly team: TeamId | null;
}

export interface ArrivalPolicy {
  readonly provisioning: Provisioning;
  /** The default role of whom no group gives another. */
  readonly defaultRole: RoleId | null;
  /** The first that matches wins, for the default role and for each team. */
  readonly mappings: readonly GroupMapping[];
}

/** The account that an identity is linked to. */
export interface LinkedAccount {
  readonly principal: PrincipalId;
  readonly active: boolean;
  readonly defaultRole: RoleId | null;
  /** The default role that this provider gave; null when the account was made by hand. */
  readonly givenRole: RoleId | null;
}

export type ArrivalRefusal = 'no-account' | 'deactivated' | 'in-no-mapped-group' | 'no-default-role';

export interface GivenMembership {
  readonly team: TeamId;
  readonly role: RoleId;
}

export type Arrival =
  | { readonly kind: 'refused'; readonly why: ArrivalRefusal }
  | {
      readonly kind: 'known';
      readonly principal: PrincipalId;
      /** What the default role becomes; undefined where it stays. */
      readonly defaultRole: RoleId | undefined;
      readonly memberships: readonly GivenMembership[];
    }
  | { readonly kind: 'provisioned'; readonly defaultRole: RoleId; readonly memberships: readonly GivenMembership[] };

/**
 * What happens when somebody comes from a provider. They are known by the link of their identity alone: neither name nor
 * address of an account makes it theirs. A default role that somebody gave by hand stays.
 *
 * @param linked The account of this very identity (provider and subject)
 */
export function decideArrival(
  identity: Pick<ExternalIdentity, 'groups'>,
  linked: LinkedAccount | undefined,
  policy: ArrivalPolicy,
): Arrival {
  const { role, memberships, matched } = mapGroups(identity.groups, policy.mappings);
  if (linked === undefined) {
    if (policy.provisioning === 'off') return { kind: 'refused', why: 'no-account' };
    if (policy.provisioning === 'mapped' && !matched) return { kind: 'refused', why: 'in-no-mapped-group' };
    const defaultRole = role ?? policy.defaultRole;
    return defaultRole === null
      ? { kind: 'refused', why: 'no-default-role' }
      : { kind: 'provisioned', defaultRole, memberships };
  }
  if (!linked.active) return { kind: 'refused', why: 'deactivated' };
  const made = linked.givenRole !== null;
  if (made && policy.provisioning === 'mapped' && !matched) return { kind: 'refused', why: 'in-no-mapped-group' };
  const wanted = role ?? policy.defaultRole ?? undefined;
  const follows = made && linked.defaultRole === linked.givenRole && wanted !== linked.defaultRole;
  return {
    kind: 'known',
    principal: linked.principal,
    defaultRole: follows ? wanted : undefined,
    memberships,
  };
}

function mapGroups(groups: readonly string[], mappings: readonly GroupMapping[]) {
  const own = new Set(groups);
  const matching = mappings.filter((each) => own.has(each.group));
  const teams = new Map<TeamId, RoleId>();
  for (const { team, role } of matching) if (team !== null && !teams.has(team)) teams.set(team, role);
  return {
    matched: matching.length > 0,
    role: matching.find((each) => each.team === null)?.role ?? null,
    memberships: [...teams].map(([team, role]) => ({ team, role })),
  };
}

/** A membership as it is; `givenBy` is null when somebody gave it by hand. */
export interface HeldMembership extends GivenMembership {
  readonly givenBy: IdentityProviderId | null;
}

export interface MembershipChanges {
  readonly give: readonly GivenMembership[];
  readonly change: readonly GivenMembership[];
  readonly take: readonly TeamId[];
}

/** Brings memberships that a provider gave up to date; those by hand, or of another provider, stay as they are. */
export function planMemberships(
  provider: IdentityProviderId,
  held: readonly HeldMembership[],
  wanted: readonly GivenMembership[],
): MembershipChanges {
  const byTeam = new Map(held.map((each) => [each.team, each]));
  const wantedTeams = new Set(wanted.map((each) => each.team));
  return {
    give: wanted.filter((each) => !byTeam.has(each.team)),
    change: wanted.filter(({ team, role }) => {
      const found = byTeam.get(team);
      return found?.givenBy === provider && found.role !== role;
    }),
    take: held.filter((each) => each.givenBy === provider && !wantedTeams.has(each.team)).map((each) => each.team),
  };
}
