import type { ApplicationId, PrincipalId, RoleId, TeamId } from '../identity/id.ts';
import { type Capability, capabilities, type Right, rights } from './capabilities.ts';
import { impliedRights } from './presets.ts';
import {
  type AccessRole,
  applicationCapabilitiesIn,
  capabilitiesIn,
  type GovernedEnvironment,
  ofEnvironments,
} from './role.ts';

/** Everything that decides what one person or service account may do. */
export interface PrincipalAccess {
  readonly id: PrincipalId;
  readonly name: string;
  /** Somebody inactive has nothing, whatever the rest says. */
  readonly active: boolean;
  readonly defaultRole: RoleId;
  /** The role that it has in each of its teams. */
  readonly memberships: ReadonlyMap<TeamId, RoleId>;
  /** The role that it was granted for single applications. */
  readonly grants: ReadonlyMap<ApplicationId, RoleId>;
}

/** An application as far as rights depend on it: at most one team owns it. */
export interface GovernedApplication {
  readonly id: ApplicationId;
  readonly team: TeamId | null;
}

export type Roles = ReadonlyMap<RoleId, AccessRole>;

/** Which rule decided, and by which role. */
export type AccessRule =
  | { readonly kind: 'inactive' }
  | { readonly kind: 'grant'; readonly role: RoleId }
  | { readonly kind: 'team'; readonly role: RoleId; readonly team: TeamId }
  | { readonly kind: 'default'; readonly role: RoleId };

export interface Access {
  readonly capabilities: readonly Capability[];
  readonly rule: AccessRule;
}

/** Where access is asked for: one application in one environment, or an environment as such. */
export interface AccessPlace {
  readonly environment: GovernedEnvironment;
  readonly application: GovernedApplication | null;
}

/**
 * What somebody may do at a place, and why. The most specific rule wins alone, it is never added to another: a grant for the
 * application, else the role in the team that owns it, else the default role. So a grant can also take away.
 */
export function resolveAccess(principal: PrincipalAccess, roles: Roles, place: AccessPlace): Access {
  const rule = ruleOf(principal, place.application);
  if (rule.kind === 'inactive') return { rule, capabilities: [] };
  const role = roleOf(roles, rule.role);
  const resolve = rule.kind === 'default' ? capabilitiesIn : applicationCapabilitiesIn;
  return { rule, capabilities: resolve(role, place.environment) };
}

function ruleOf(principal: PrincipalAccess, application: GovernedApplication | null): AccessRule {
  if (!principal.active) return { kind: 'inactive' };
  if (application !== null) {
    const granted = principal.grants.get(application.id);
    if (granted !== undefined) return { kind: 'grant', role: granted };
    const { team } = application;
    const inTeam = team === null ? undefined : principal.memberships.get(team);
    if (team !== null && inTeam !== undefined) return { kind: 'team', role: inTeam, team };
  }
  return { kind: 'default', role: principal.defaultRole };
}

/** The rights of the installation that somebody holds, those that others include among them: by the default role alone. */
export function rightsOf(principal: PrincipalAccess, roles: Roles): readonly Right[] {
  if (!principal.active) return [];
  const given = roleOf(roles, principal.defaultRole).rights;
  const held = new Set(given.flatMap((right) => [right, ...(impliedRights[right] ?? [])]));
  return rights.filter((right) => held.has(right));
}

/**
 * Whether somebody may manage a team: its members, their roles, and grants for its applications. `manage-own-team` in the
 * role that somebody has in the team is enough for that team.
 */
export function mayManageTeam(principal: PrincipalAccess, roles: Roles, team: TeamId): boolean {
  if (!principal.active) return false;
  if (rightsOf(principal, roles).includes('manage-teams')) return true;
  const role = principal.memberships.get(team);
  return role !== undefined && roleOf(roles, role).rights.includes('manage-own-team');
}

/** A role that is named and not there is a fault of ours; nobody gets anything by it. */
export function roleOf(roles: Roles, id: RoleId): AccessRole {
  const role = roles.get(id);
  if (role === undefined) throw new Error(`there is no role ${id}`);
  return role;
}

/**
 * Every capability that somebody holds at some place, whichever: what is worth showing to them at all. It allows nothing by
 * itself, as it names no place.
 */
export function capabilitiesSomewhere(principal: PrincipalAccess, roles: Roles): readonly Capability[] {
  if (!principal.active) return [];
  const forApplications = [...principal.memberships.values(), ...principal.grants.values()]
    .flatMap((role) => setsOf(roleOf(roles, role)))
    .filter((capability) => !ofEnvironments.has(capability));
  const held = new Set([...setsOf(roleOf(roles, principal.defaultRole)), ...forApplications]);
  return capabilities.filter((capability) => held.has(capability));
}

function setsOf(role: AccessRole): readonly Capability[] {
  return [role.elsewhere, ...Object.values(role.inTypes), ...Object.values(role.inEnvironments)].flat();
}
