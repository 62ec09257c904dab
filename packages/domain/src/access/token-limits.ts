import type { ApplicationId, EnvironmentId, RoleId } from '../identity/id.ts';
import type { PrincipalActor } from './authorize.ts';
import type { Capability, Right } from './capabilities.ts';
import { impliedRights } from './presets.ts';
import { type GovernedApplication, roleOf } from './resolve-access.ts';
import { type AccessRole, capabilitiesIn, type GovernedEnvironment } from './role.ts';

/**
 * What a token may be used for at most, whatever its owner may do: a token never adds to what its owner holds. `null` limits
 * nothing; an empty list leaves nothing.
 */
export interface TokenLimits {
  readonly capabilities: readonly Capability[] | null;
  readonly rights: readonly Right[] | null;
  readonly environments: readonly EnvironmentId[] | null;
  readonly applications: readonly ApplicationId[] | null;
}

export const noLimits: TokenLimits = { capabilities: null, rights: null, environments: null, applications: null };

export function isUnlimited(limits: TokenLimits): boolean {
  return Object.values(limits).every((each) => each === null);
}

/** The rights that limits leave; null where they leave all. */
function rightsLeft(limits: TokenLimits): readonly Right[] | null {
  if (limits.rights !== null) return limits.rights;
  return limits.environments === null && limits.applications === null ? null : [];
}

/** In which members a token that is to be made would exceed the one that makes it; none where it stays within. */
export function limitsBeyond(child: TokenLimits, parent: TokenLimits): readonly (keyof TokenLimits)[] {
  const members = ['capabilities', 'rights', 'environments', 'applications'] as const;
  const [wanted, given] = [child, parent].map((each) => ({ ...each, rights: rightsLeft(each) }));
  return members.filter((member) => {
    const allowed: readonly string[] | null | undefined = given?.[member];
    if (allowed === null || allowed === undefined) return false;
    return wanted?.[member]?.some((each) => !allowed.includes(each)) ?? true;
  });
}

/** The default role of whoever comes with a token for single applications: it leaves nothing beside them. */
const beside = 'beside-the-applications-of-a-token' as RoleId;

/**
 * Cuts what somebody may do down to what the limits of their token leave of it. Whatever decides by an actor decides by what
 * is left, and needs to know nothing of tokens.
 *
 * @param applications Those that the limits name, as far as they are there.
 */
export function limitActor(
  actor: PrincipalActor,
  limits: TokenLimits,
  applications: readonly GovernedApplication[],
): PrincipalActor {
  if (isUnlimited(limits)) return actor;
  const { access, environments } = actor;
  const roles = new Map([...actor.roles].map(([id, role]) => [id, limitRole(role, limits, environments)]));
  if (limits.applications === null) return { ...actor, roles, limits };
  const nothing = { inEnvironments: {}, inTypes: {}, elsewhere: [] };
  roles.set(beside, { ...roleOf(roles, access.defaultRole), ...nothing, id: beside });
  const named = applications.filter((each) => limits.applications?.includes(each.id));
  const grants = named.map(({ id, team }) => {
    const inTeam = team === null ? undefined : access.memberships.get(team);
    return [id, access.grants.get(id) ?? inTeam ?? access.defaultRole] as const;
  });
  const limited = { ...access, defaultRole: beside, memberships: new Map(), grants: new Map(grants) };
  return { ...actor, access: limited, roles, limits };
}

function limitRole(role: AccessRole, limits: TokenLimits, environments: readonly GovernedEnvironment[]): AccessRole {
  const left = (held: readonly Capability[] = []) =>
    held.filter((each) => limits.capabilities === null || limits.capabilities.includes(each));
  const named = environments.filter((each) => limits.environments?.includes(each.id));
  const leftIn = <Place extends string>(sets: Readonly<Partial<Record<Place, readonly Capability[]>>>) =>
    Object.fromEntries(Object.keys(sets).map((place) => [place, left(sets[place as Place])]));
  const rightsHeld = role.rights.flatMap((each) => [each, ...(impliedRights[each] ?? [])]);
  const allowed = rightsLeft(limits);
  return {
    ...role,
    ...(limits.environments === null
      ? { inEnvironments: leftIn(role.inEnvironments), inTypes: leftIn(role.inTypes), elsewhere: left(role.elsewhere) }
      : {
          inEnvironments: Object.fromEntries(named.map((each) => [each.id, left(capabilitiesIn(role, each))])),
          inTypes: {},
          elsewhere: [],
        }),
    rights: allowed === null ? role.rights : [...new Set(rightsHeld)].filter((each) => allowed.includes(each)),
  };
}
