import type { ApplicationId, EnvironmentId, TeamId } from '../identity/id.ts';
import type { Capability } from './capabilities.ts';
import { type GovernedApplication, type PrincipalAccess, type Roles, roleOf } from './resolve-access.ts';
import {
  type AccessRole,
  applicationCapabilitiesIn,
  capabilitiesIn,
  type GovernedEnvironment,
  placesOf,
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
      readonly capability: Capability;
      readonly otherwise: ReadonlySet<EnvironmentId>;
      readonly teams: ReadonlyMap<TeamId, ReadonlySet<EnvironmentId>>;
      readonly applications: ReadonlyMap<ApplicationId, ReadonlySet<EnvironmentId>>;
    };

export function scopeOf(
  principal: PrincipalAccess,
  roles: Roles,
  given: { readonly capability: Capability; readonly environments: readonly GovernedEnvironment[] },
): AccessScope {
  const { capability } = given;
  const places = placesOf(given.environments);
  if (!principal.active) return nothing(capability);
  const where = (role: AccessRole, resolve: typeof capabilitiesIn): ReadonlySet<EnvironmentId> =>
    new Set(places.filter((each) => resolve(role, each).includes(capability)).map((each) => each.id));
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
  return all.every((each) => each.size === places.length)
    ? { kind: 'everything' }
    : { kind: 'parts', capability, otherwise, teams, applications };
}

/** The scope of whoever holds a capability nowhere. */
export function nothing(capability: Capability): AccessScope {
  return { kind: 'parts', capability, otherwise: new Set(), teams: new Map(), applications: new Map() };
}

/**
 * Environments that lie in a scope themselves: those where the capability is held as such. Whoever may list anything in an
 * environment may list the environment, too: what they see is somewhere.
 */
export function visibleEnvironments(scope: Exclude<AccessScope, { kind: 'everything' }>): ReadonlySet<EnvironmentId> {
  if (scope.capability !== 'list') return scope.otherwise;
  const sets = [scope.otherwise, ...scope.teams.values(), ...scope.applications.values()];
  return new Set(sets.flatMap((each) => [...each]));
}

/** Whether a place is within a scope. */
export function isInScope(
  scope: AccessScope,
  place: {
    readonly environment: EnvironmentId;
    /** null for the environment itself. */
    readonly application: GovernedApplication | null;
  },
): boolean {
  if (scope.kind === 'everything') return true;
  const { application, environment } = place;
  const within = application === null ? visibleEnvironments(scope) : environmentsOf(scope, application);
  return within.has(environment);
}

/** Whether an application is within a scope in some environment: what belongs to none of them goes by that. */
export function isApplicationInScope(scope: AccessScope, application: GovernedApplication): boolean {
  return scope.kind === 'everything' || environmentsOf(scope, application).size > 0;
}

function environmentsOf(
  scope: Exclude<AccessScope, { kind: 'everything' }>,
  { id, team }: GovernedApplication,
): ReadonlySet<EnvironmentId> {
  const byTeam = team === null ? undefined : scope.teams.get(team);
  return scope.applications.get(id) ?? byTeam ?? scope.otherwise;
}

function mapValues<Key, From, To>(map: ReadonlyMap<Key, From>, change: (value: From) => To): ReadonlyMap<Key, To> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
