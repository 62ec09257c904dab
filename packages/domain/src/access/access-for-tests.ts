import fc from 'fast-check';
import type { ApplicationId, EnvironmentId, PrincipalId, RoleId, TeamId } from '../identity/id.ts';
import { capabilities, rights } from './capabilities.ts';
import { type BuiltInRole, builtInRoles } from './presets.ts';
import type { GovernedApplication, PrincipalAccess, Roles } from './resolve-access.ts';
import { type AccessRole, environmentTypes, type GovernedEnvironment } from './role.ts';

export const environmentId = (text: string) => text as EnvironmentId;
export const roleId = (text: string) => text as RoleId;
export const teamId = (text: string) => text as TeamId;
export const principalId = (text: string) => text as PrincipalId;

/** Four environments, one of each type. */
export const environments: readonly GovernedEnvironment[] = environmentTypes.map((type) => ({
  id: environmentId(type),
  type,
}));
export const environmentOf = (type: string): GovernedEnvironment => {
  const found = environments.find((each) => each.type === type);
  if (found === undefined) throw new Error(`there is no environment of type ${type}`);
  return found;
};

export const anApplication = (id: string, team: string | null = null): GovernedApplication => ({
  id: id as ApplicationId,
  team: team === null ? null : teamId(team),
});

export const aRole = (id: string, given: Partial<Omit<AccessRole, 'id'>> = {}): AccessRole => ({
  id: roleId(id),
  name: id,
  displayName: id,
  inEnvironments: {},
  inTypes: {},
  elsewhere: [],
  rights: [],
  ...given,
});

export const rolesOf = (...roles: readonly AccessRole[]): Roles => new Map(roles.map((each) => [each.id, each]));

/** The built-in roles, each under its own name. */
export const builtIn: Roles = rolesOf(...Object.entries(builtInRoles).map(([id, preset]) => aRole(id, preset)));

export const aPrincipal = (
  name: string,
  given: {
    readonly role?: BuiltInRole | RoleId;
    readonly teams?: Readonly<Record<string, string>>;
    readonly grants?: Readonly<Record<string, string>>;
    readonly active?: boolean;
  } = {},
): PrincipalAccess => ({
  id: principalId(name),
  name,
  active: given.active ?? true,
  defaultRole: roleId(given.role ?? 'auditor'),
  memberships: new Map(Object.entries(given.teams ?? {}).map(([team, role]) => [teamId(team), roleId(role)])),
  grants: new Map(
    Object.entries(given.grants ?? {}).map(([application, role]) => [application as ApplicationId, roleId(role)]),
  ),
});

const someCapabilities = fc.subarray([...capabilities]);
const someRoles = ['r1', 'r2', 'r3', 'r4'];
const someTeams = ['t1', 't2', 't3'];
export const someApplications = ['a1', 'a2', 'a3', 'a4'];

/** Any four roles. */
export const drawnRoles: fc.Arbitrary<Roles> = fc
  .tuple(
    ...someRoles.map((id) =>
      fc
        .record({
          inEnvironments: fc.dictionary(fc.constantFrom(...environmentTypes), someCapabilities, { maxKeys: 2 }),
          inTypes: fc.dictionary(fc.constantFrom(...environmentTypes), someCapabilities, { maxKeys: 2 }),
          elsewhere: someCapabilities,
          rights: fc.subarray([...rights]),
        })
        .map((given) => aRole(id, given)),
    ),
  )
  .map((roles) => rolesOf(...roles));

/** Anybody with those roles. */
export const drawnPrincipal: fc.Arbitrary<PrincipalAccess> = fc
  .record({
    active: fc.boolean(),
    role: fc.constantFrom(...someRoles).map(roleId),
    teams: fc.dictionary(fc.constantFrom(...someTeams), fc.constantFrom(...someRoles)),
    grants: fc.dictionary(fc.constantFrom(...someApplications), fc.constantFrom(...someRoles)),
  })
  .map((given) => aPrincipal('drawn', given));

export const drawnApplication: fc.Arbitrary<GovernedApplication> = fc
  .tuple(fc.constantFrom(...someApplications), fc.option(fc.constantFrom(...someTeams)))
  .map(([id, team]) => anApplication(id, team));
