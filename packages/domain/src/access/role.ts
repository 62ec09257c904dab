import type { EnvironmentId, RoleId } from '../identity/id.ts';
import type { NetworkSet } from './allow-lists.ts';
import type { Capability, Right } from './capabilities.ts';

export const environmentTypes = ['development', 'test', 'staging', 'production'] as const;
export type EnvironmentType = (typeof environmentTypes)[number];

/** An environment as far as rights depend on it. */
export interface GovernedEnvironment {
  readonly id: EnvironmentId;
  readonly type: EnvironmentType;
  /** From where it may be changed; from everywhere when absent. */
  readonly changesFrom?: NetworkSet;
}

/**
 * What somebody may do: a set of capabilities in each environment, and rights of the installation. An environment that is
 * named by its key has its own set, else one of a type that is named, else all others: a new environment is covered at once.
 */
export interface AccessRole {
  readonly id: RoleId;
  readonly name: string;
  readonly displayName: string;
  readonly inEnvironments: Readonly<Record<EnvironmentId, readonly Capability[]>>;
  readonly inTypes: Readonly<Partial<Record<EnvironmentType, readonly Capability[]>>>;
  readonly elsewhere: readonly Capability[];
  readonly rights: readonly Right[];
  /** From where it counts; from everywhere when absent. */
  readonly countsFrom?: NetworkSet;
}

/** What a role holds in an environment, as a default role. */
export function capabilitiesIn(role: AccessRole, environment: GovernedEnvironment): readonly Capability[] {
  return role.inEnvironments[environment.id] ?? role.inTypes[environment.type] ?? role.elsewhere;
}

/** Capabilities that speak of an environment as such: nobody has them by a team or a grant for one application. */
export const ofEnvironments: ReadonlySet<Capability> = new Set<Capability>(['access', 'administer']);

/** What a role holds in an environment for single applications, as the role of a team or a grant. */
export function applicationCapabilitiesIn(role: AccessRole, environment: GovernedEnvironment): readonly Capability[] {
  return capabilitiesIn(role, environment).filter((each) => !ofEnvironments.has(each));
}

/** Stands for any environment where there is none yet, so that what is nowhere is still governed by what roles say of elsewhere. */
const nowhere: GovernedEnvironment = {
  id: '00000000-0000-0000-0000-000000000000' as EnvironmentId,
  type: 'development',
};

/** The environments in which capabilities can be held. */
export function placesOf(environments: readonly GovernedEnvironment[]): readonly GovernedEnvironment[] {
  return environments.length > 0 ? environments : [nowhere];
}
