import type { PrincipalActor } from './authorize.ts';
import type { Capability, Right } from './capabilities.ts';
import { type AccessRule, rightsOf, roleOf } from './resolve-access.ts';
import { type AccessRole, capabilitiesIn, type GovernedEnvironment } from './role.ts';

/** Whose allow list somebody is outside of, and what it has. */
export interface Outside {
  readonly of: 'role' | 'environment';
  readonly networks: readonly string[];
}

/** What changes an environment, or what runs there. */
const changing: ReadonlySet<Capability> = new Set<Capability>(['change', 'deploy', 'approve', 'administer']);

/**
 * Cuts what somebody may do down to what counts from where they are. A role that does not count from there gives nothing, and
 * still decides where it is the most specific: a grant that takes away does so from everywhere. Whatever decides by an actor
 * decides by what is left, and needs to know nothing of networks.
 *
 * @param address As the connection, or a proxy that is trusted, gives it.
 */
export function limitToOrigin(actor: PrincipalActor, address: string): PrincipalActor {
  const from = { address, rolesElsewhere: actor.roles };
  const closed = closedTo({ ...actor, from });
  const isOutside = (role: AccessRole) => role.countsFrom?.has(address) === false;
  const isLimited = closed.length > 0 || [...actor.roles.values()].some(isOutside);
  if (!isLimited) return { ...actor, from };
  const limit = (role: AccessRole) => (isOutside(role) ? withoutAnything(role) : withoutChangesIn(role, closed));
  return { ...actor, from, roles: new Map([...actor.roles].map(([id, role]) => [id, limit(role)])) };
}

/** Environments that may not be changed from where somebody is. */
function closedTo({ environments, from }: PrincipalActor): readonly GovernedEnvironment[] {
  return from === undefined ? [] : environments.filter((each) => each.changesFrom?.has(from.address) === false);
}

/**
 * The rights of the installation that somebody holds where they are. Policies, freezes and sites may concern several
 * environments: whoever is outside of the list of one manages none of them by a right.
 */
export function rightsFrom(actor: PrincipalActor): readonly Right[] {
  const held = rightsOf(actor.access, actor.roles);
  return closedTo(actor).length === 0 ? held : held.filter((each) => each !== 'manage-environments');
}

function withoutAnything(role: AccessRole): AccessRole {
  return { ...role, inEnvironments: {}, inTypes: {}, elsewhere: [], rights: [] };
}

function withoutChangesIn(role: AccessRole, closed: readonly GovernedEnvironment[]): AccessRole {
  const left = closed.map((each) => [each.id, capabilitiesIn(role, each).filter((held) => !changing.has(held))]);
  return { ...role, inEnvironments: { ...role.inEnvironments, ...Object.fromEntries(left) } };
}

/**
 * Whose allow list leaves a rule less in an environment for somebody where they are; undefined where none does. Without an
 * environment it is asked of all of them.
 */
export function outsideOf(
  { roles, from, environments }: PrincipalActor,
  { rule, environment }: { readonly rule: AccessRule; readonly environment?: GovernedEnvironment },
): Outside | undefined {
  if (from === undefined || rule.kind === 'inactive') return undefined;
  const { countsFrom } = roleOf(roles, rule.role);
  if (countsFrom?.has(from.address) === false) return { of: 'role', networks: countsFrom.networks };
  const places = environment === undefined ? environments : [environment];
  const closed = places.find((each) => each.changesFrom?.has(from.address) === false)?.changesFrom;
  return closed === undefined ? undefined : { of: 'environment', networks: closed.networks };
}
