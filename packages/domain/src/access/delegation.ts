import type { EnvironmentId, PrincipalId, RoleId } from '../identity/id.ts';
import type { Capability, Right } from './capabilities.ts';
import {
  type GovernedApplication,
  type PrincipalAccess,
  type Roles,
  resolveAccess,
  rightsOf,
  roleOf,
} from './resolve-access.ts';
import {
  type AccessRole,
  applicationCapabilitiesIn,
  capabilitiesIn,
  type EnvironmentType,
  environmentTypes,
  type GovernedEnvironment,
} from './role.ts';

export type DelegationFault =
  | { readonly kind: 'own-roles' }
  | {
      readonly kind: 'more-than-own';
      readonly capabilities: readonly MissingCapability[];
      readonly rights: readonly Right[];
    }
  | { readonly kind: 'last-administrator' };

/** What the grantor lacks; an environment without a key stands for those of its type that are made later. */
export interface MissingCapability {
  readonly environment: GovernedEnvironment;
  readonly capability: Capability;
}

/**
 * Why somebody may not give a role to somebody else; undefined when they may. Nobody changes their own roles, and nobody
 * gives what they do not hold themselves, in any environment.
 *
 * @param as How the role is given: as a default role it speaks of everything, for applications of less.
 */
export function delegationFault(given: {
  readonly grantor: PrincipalAccess;
  readonly receiver: PrincipalId;
  readonly role: RoleId;
  readonly as: 'default' | 'applications';
  readonly roles: Roles;
  readonly environments: readonly GovernedEnvironment[];
  readonly at?: GovernedApplication;
}): DelegationFault | undefined {
  const { grantor, roles } = given;
  if (grantor.id === given.receiver) return { kind: 'own-roles' };
  return excessOf(grantor, roles, { ...given, role: roleOf(roles, given.role) });
}

/**
 * Why somebody may not make or change a role so that it holds this: it would be a way to more than their own. Environments that
 * are made later count too, by their types.
 *
 * @param at Of which application it is given: what the grantor holds there is enough as well.
 */
export function excessOf(
  grantor: PrincipalAccess,
  roles: Roles,
  given: {
    readonly role: AccessRole;
    readonly as: 'default' | 'applications';
    readonly environments: readonly GovernedEnvironment[];
    readonly at?: GovernedApplication;
  },
): Extract<DelegationFault, { kind: 'more-than-own' }> | undefined {
  const resolve = given.as === 'default' ? capabilitiesIn : applicationCapabilitiesIn;
  const places = given.at === undefined ? [null] : [null, given.at];
  const missingIn = (environment: GovernedEnvironment): readonly MissingCapability[] => {
    const own = new Set(
      places.flatMap((application) => resolveAccess(grantor, roles, { environment, application }).capabilities),
    );
    return resolve(given.role, environment)
      .filter((capability) => !own.has(capability))
      .map((capability) => ({ environment, capability }));
  };
  const present = given.environments.flatMap(missingIn);
  const capabilities = present.length > 0 ? present : environmentTypes.map(anyOfType).flatMap(missingIn);
  const own = new Set(rightsOf(grantor, roles));
  const rights = given.as === 'default' ? given.role.rights.filter((right) => !own.has(right)) : [];
  return capabilities.length === 0 && rights.length === 0 ? undefined : { kind: 'more-than-own', capabilities, rights };
}

/** An environment of a type that no role names. */
function anyOfType(type: EnvironmentType): GovernedEnvironment {
  return { id: '' as EnvironmentId, type };
}

/** Whether nobody could manage the installation any more once principals are as given. */
export function leavesNoAdministrator(after: readonly PrincipalAccess[], roles: Roles): boolean {
  return !after.some((each) => {
    const held = rightsOf(each, roles);
    return held.includes('manage-installation') && held.includes('manage-users');
  });
}
