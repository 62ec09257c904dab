import type { PrincipalId } from '../identity/id.ts';
import type { Capability, Right } from './capabilities.ts';
import { type PrincipalAccess, type Roles, resolveAccess, rightsOf, roleOf } from './resolve-access.ts';
import {
  type AccessRole,
  applicationCapabilitiesIn,
  capabilitiesIn,
  type GovernedEnvironment,
  type RoleId,
} from './role.ts';

export type DelegationFault =
  | { readonly kind: 'own-roles' }
  | {
      readonly kind: 'more-than-own';
      readonly capabilities: readonly MissingCapability[];
      readonly rights: readonly Right[];
    }
  | { readonly kind: 'last-administrator' };

/** What the grantor lacks. */
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
}): DelegationFault | undefined {
  const { grantor, roles } = given;
  if (grantor.id === given.receiver) return { kind: 'own-roles' };
  return excessOf(grantor, roles, { ...given, role: roleOf(roles, given.role) });
}

/** Why somebody may not make or change a role so that it holds this: it would be a way to more than their own. */
export function excessOf(
  grantor: PrincipalAccess,
  roles: Roles,
  given: {
    readonly role: AccessRole;
    readonly as: 'default' | 'applications';
    readonly environments: readonly GovernedEnvironment[];
  },
): Extract<DelegationFault, { kind: 'more-than-own' }> | undefined {
  const resolve = given.as === 'default' ? capabilitiesIn : applicationCapabilitiesIn;
  const capabilities = given.environments.flatMap((environment) => {
    const own = new Set(resolveAccess(grantor, roles, { environment, application: null }).capabilities);
    return resolve(given.role, environment)
      .filter((capability) => !own.has(capability))
      .map((capability) => ({ environment, capability }));
  });
  const own = new Set(rightsOf(grantor, roles));
  const rights = given.as === 'default' ? given.role.rights.filter((right) => !own.has(right)) : [];
  return capabilities.length === 0 && rights.length === 0 ? undefined : { kind: 'more-than-own', capabilities, rights };
}

/** Whether nobody could manage the installation any more once principals are as given. */
export function leavesNoAdministrator(after: readonly PrincipalAccess[], roles: Roles): boolean {
  return !after.some((each) => {
    const held = rightsOf(each, roles);
    return held.includes('manage-installation') && held.includes('manage-users');
  });
}
