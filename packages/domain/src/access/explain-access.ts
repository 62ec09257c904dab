import { type Access, type AccessPlace, type PrincipalAccess, type Roles, resolveAccess } from './resolve-access.ts';
import type { AccessRole, GovernedEnvironment } from './role.ts';

/**
 * Every rule that speaks of a place, the one that decides first, each with what it would give if those before it were not
 * there. They are found by taking away what decided and asking again, so they never differ from the decision itself.
 */
export function explainAccess(
  principal: PrincipalAccess,
  roles: Roles,
  place: AccessPlace,
): readonly [Access, ...(readonly Access[])] {
  const decision = resolveAccess(principal, roles, place);
  const { rule } = decision;
  if (rule.kind === 'grant') return [decision, ...explainAccess({ ...principal, grants: new Map() }, roles, place)];
  if (rule.kind === 'team') return [decision, ...explainAccess({ ...principal, memberships: new Map() }, roles, place)];
  return [decision];
}

/** Which part of a role speaks of an environment. */
export function partOf(role: AccessRole, environment: GovernedEnvironment): 'environment' | 'type' | 'elsewhere' {
  if (role.inEnvironments[environment.id] !== undefined) return 'environment';
  return role.inTypes[environment.type] === undefined ? 'elsewhere' : 'type';
}
