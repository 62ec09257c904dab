import type { ApplicationId } from '../identity/id.ts';
import { type DelegationFault, excessOf } from './delegation.ts';
import { type GovernedApplication, type PrincipalAccess, type Roles, roleOf } from './resolve-access.ts';
import type { GovernedEnvironment } from './role.ts';

/**
 * What somebody holds that another one does not: undefined when it is nothing. Whoever could take over an account, by a link
 * for a new password or a token, would hold what it holds; so they need all of it themselves.
 */
export function superiorityOf(
  somebody: PrincipalAccess,
  given: {
    /** The other one, with the roles as they are for them: a token may leave less of each. */
    readonly over: { readonly access: PrincipalAccess; readonly roles: Roles };
    readonly roles: Roles;
    readonly environments: readonly GovernedEnvironment[];
    /** The applications that somebody was granted a role for, as far as they are there. */
    readonly granted: ReadonlyMap<ApplicationId, GovernedApplication>;
  },
): Extract<DelegationFault, { kind: 'more-than-own' }> | undefined {
  const { over, roles, environments } = given;
  const byDefault = excessOf(over.access, over.roles, {
    role: roleOf(roles, somebody.defaultRole),
    as: 'default',
    environments,
  });
  if (byDefault !== undefined) return byDefault;
  const inTeams = [...somebody.memberships].map(([team, role]) => ({ role, at: anyOf(team) }));
  const granted = [...somebody.grants].flatMap(([application, role]) => {
    const at = given.granted.get(application);
    return at === undefined ? [] : [{ role, at }];
  });
  for (const { role, at } of [...inTeams, ...granted]) {
    const more = excessOf(over.access, over.roles, { role: roleOf(roles, role), as: 'applications', environments, at });
    if (more !== undefined) return more;
  }
  return undefined;
}

/** An application of a team for which nobody was granted anything. */
export function anyOf(team: GovernedApplication['team']): GovernedApplication {
  return { id: '' as ApplicationId, team };
}
