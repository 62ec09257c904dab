import type { EnvironmentId, Id } from '../identity/id.ts';
import type { Capability, Right } from './capabilities.ts';

export type RoleId = Id<'role'>;
export type TeamId = Id<'team'>;

export const environmentTypes = ['development', 'test', 'staging', 'production'] as const;
export type EnvironmentType = (typeof environmentTypes)[number];

/** An environment as far as rights depend on it. */
export interface GovernedEnvironment {
  readonly id: EnvironmentId;
  readonly type: EnvironmentType;
}

/**
 * What somebody may do: a set of capabilities in each environment, and rights of the installation. An environment that is
 * named by its key has its own set, else one of a type that is named, else all others: a new environment is covered at once.
 */
export interface AccessRole {
  readonly id: RoleId;
  readonly name: string;
  readonly inEnvironments: Readonly<Record<EnvironmentId, readonly Capability[]>>;
  readonly inTypes: Readonly<Partial<Record<EnvironmentType, readonly Capability[]>>>;
  readonly elsewhere: readonly Capability[];
  readonly rights: readonly Right[];
}

/** What a role holds in an environment, as a default role. */
export function capabilitiesIn(role: AccessRole, environment: GovernedEnvironment): readonly Capability[] {
  return role.inEnvironments[environment.id] ?? role.inTypes[environment.type] ?? role.elsewhere;
}

/** Capabilities that speak of an environment as such: nobody has them by a team or a grant for one application. */
const ofEnvironments: ReadonlySet<Capability> = new Set<Capability>(['access', 'administer']);

/** What a role holds in an environment for single applications, as the role of a team or a grant. */
export function applicationCapabilitiesIn(role: AccessRole, environment: GovernedEnvironment): readonly Capability[] {
  return capabilitiesIn(role, environment).filter((each) => !ofEnvironments.has(each));
}
