import type { ApplicationId, EnvironmentId } from '../identity/id.ts';
import type { Capability } from './capabilities.ts';
import { type PrincipalAccess, type Roles, roleOf } from './resolve-access.ts';
import {
  type AccessRole,
  applicationCapabilitiesIn,
  capabilitiesIn,
  type GovernedEnvironment,
  type TeamId,
} from './role.ts';

/**
 * Where somebody holds a capability, small enough to be a parameter of a query: the answer of `resolveAccess` for every
 * application at once. Environments by key, for what nothing more specific speaks of, for the applications of each team, and
 * for each application with a grant. `everything` where there is nothing to restrict.
 */
export type AccessScope =
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'parts';
      readonly otherwise: ReadonlySet<EnvironmentId>;
      readonly teams: ReadonlyMap<TeamId, ReadonlySet<EnvironmentId>>;
      readonly applications: ReadonlyMap<ApplicationId, ReadonlySet<EnvironmentId>>;
    };

export function scopeOf(
  principal: PrincipalAccess,
  roles: Roles,
  given: { readonly capability: Capability; readonly environments: readonly GovernedEnvironment[] },
): AccessScope {
  if (!principal.active) return { kind: 'parts', otherwise: new Set(), teams: new Map(), applications: new Map() };
  const { capability, environments } = given;
  const where = (role: AccessRole, resolve: typeof capabilitiesIn): ReadonlySet<EnvironmentId> =>
    new Set(environments.filter((each) => resolve(role, each).includes(capability)).map((each) => each.id));
  // Many grants name few roles.
  const byRole = new Map<AccessRole, ReadonlySet<EnvironmentId>>();
  const forApplications = (role: AccessRole): ReadonlySet<EnvironmentId> => {
    const known = byRole.get(role) ?? where(role, applicationCapabilitiesIn);
    byRole.set(role, known);
    return known;
  };
  const otherwise = where(roleOf(roles, principal.defaultRole), capabilitiesIn);
  const teams = mapValues(principal.memberships, (role) => forApplications(roleOf(roles, role)));
  const applications = mapValues(principal.grants, (role) => forApplications(roleOf(roles, role)));
  const all = [otherwise, ...teams.values(), ...applications.values()];
  return all.every((each) => each.size === environments.length)
    ? { kind: 'everything' }
    : { kind: 'parts', otherwise, teams, applications };
}

/** Whether a place is within a scope. */
export function isInScope(
  scope: AccessScope,
  place: {
    readonly environment: EnvironmentId;
    readonly application: { readonly id: ApplicationId; readonly team: TeamId | null } | null;
  },
): boolean {
  if (scope.kind === 'everything') return true;
  const { application } = place;
  const byTeam = application === null || application.team === null ? undefined : scope.teams.get(application.team);
  const own = application === null ? undefined : (scope.applications.get(application.id) ?? byTeam);
  return (own ?? scope.otherwise).has(place.environment);
}

function mapValues<Key, From, To>(map: ReadonlyMap<Key, From>, change: (value: From) => To): ReadonlyMap<Key, To> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
