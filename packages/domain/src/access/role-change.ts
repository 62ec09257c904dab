import type { ApplicationId, PrincipalId } from '../identity/id.ts';
import type { Capability, Right } from './capabilities.ts';
import {
  type GovernedApplication,
  type PrincipalAccess,
  type Roles,
  resolveAccess,
  rightsOf,
} from './resolve-access.ts';
import type { GovernedEnvironment } from './role.ts';

/** What a change of roles gives to one person, and takes away. */
export interface AffectedPrincipal {
  readonly principal: PrincipalId;
  readonly name: string;
  readonly places: readonly {
    readonly environment: GovernedEnvironment;
    /** null where it is about the environment as such, and every application that nothing more specific speaks of. */
    readonly application: ApplicationId | null;
    readonly gained: readonly Capability[];
    readonly lost: readonly Capability[];
  }[];
  readonly rights: { readonly gained: readonly Right[]; readonly lost: readonly Right[] };
}

/** Who could do other things than before if roles were otherwise: shown to whoever changes one, before it is saved. */
export function affectedBy(given: {
  readonly principals: readonly PrincipalAccess[];
  readonly applications: readonly GovernedApplication[];
  readonly environments: readonly GovernedEnvironment[];
  readonly before: Roles;
  readonly after: Roles;
}): readonly AffectedPrincipal[] {
  return given.principals.flatMap((principal) => {
    const own = given.applications.filter(
      ({ id, team }) => principal.grants.has(id) || (team !== null && principal.memberships.has(team)),
    );
    const places = given.environments.flatMap((environment) =>
      [null, ...own].flatMap((application) => {
        const place = { environment, application };
        const change = difference(
          resolveAccess(principal, given.before, place).capabilities,
          resolveAccess(principal, given.after, place).capabilities,
        );
        return change === undefined ? [] : [{ environment, application: application?.id ?? null, ...change }];
      }),
    );
    const changed = difference(rightsOf(principal, given.before), rightsOf(principal, given.after));
    if (places.length === 0 && changed === undefined) return [];
    const { id, name } = principal;
    return [{ principal: id, name, places, rights: changed ?? { gained: [], lost: [] } }];
  });
}

function difference<Item>(
  before: readonly Item[],
  after: readonly Item[],
): { readonly gained: readonly Item[]; readonly lost: readonly Item[] } | undefined {
  const gained = after.filter((each) => !before.includes(each));
  const lost = before.filter((each) => !after.includes(each));
  return gained.length === 0 && lost.length === 0 ? undefined : { gained, lost };
}
