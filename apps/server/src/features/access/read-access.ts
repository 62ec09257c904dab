import type {
  AccessRole,
  ApplicationId,
  GovernedApplication,
  GovernedEnvironment,
  PrincipalAccess,
  PrincipalActor,
  PrincipalId,
  RoleId,
  Roles,
  TeamId,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { readAllowLists } from './read-allow-lists.ts';

/** What decides what anybody may do, beside what they were given themselves. */
export interface AccessRules {
  readonly roles: Roles;
  readonly environments: readonly GovernedEnvironment[];
}

export async function readRules(db: Kysely<Tables>): Promise<AccessRules> {
  const roles = await db
    .selectFrom('roles')
    .select(['id', 'name', 'displayName', 'inEnvironments', 'inTypes', 'elsewhere', 'rights'])
    .execute();
  const environments = await db.selectFrom('environments').select(['id', 'type']).orderBy('position').execute();
  const lists = await readAllowLists(db);
  return {
    roles: new Map(
      roles.map((each): [RoleId, AccessRole] => {
        const countsFrom = lists.roles.get(each.id);
        return [each.id, countsFrom === undefined ? each : { ...each, countsFrom }];
      }),
    ),
    environments: environments.map((each) => {
      const changesFrom = lists.environments.get(each.id);
      return changesFrom === undefined ? each : { ...each, changesFrom };
    }),
  };
}

/** What people and service accounts were given, those that are deactivated among them; of `ids`, or of everybody. */
export async function readPrincipals(
  db: Kysely<Tables>,
  ids?: readonly PrincipalId[],
): Promise<ReadonlyMap<PrincipalId, PrincipalAccess>> {
  if (ids?.length === 0) return new Map();
  const principals = await db
    .selectFrom('principals')
    .select(['id', 'name', 'active', 'defaultRoleId'])
    .$if(ids !== undefined, (each) => each.where('id', 'in', ids ?? []))
    .orderBy('name')
    .execute();
  const memberships = await db
    .selectFrom('memberships')
    .selectAll()
    .$if(ids !== undefined, (each) => each.where('principalId', 'in', ids ?? []))
    .execute();
  const grants = await db
    .selectFrom('grants')
    .selectAll()
    .$if(ids !== undefined, (each) => each.where('principalId', 'in', ids ?? []))
    .execute();
  const teamsOf = new Map<PrincipalId, Map<TeamId, RoleId>>();
  for (const { principalId, teamId, roleId } of memberships)
    teamsOf.set(principalId, (teamsOf.get(principalId) ?? new Map<TeamId, RoleId>()).set(teamId, roleId));
  const grantsOf = new Map<PrincipalId, Map<ApplicationId, RoleId>>();
  for (const { principalId, applicationId, roleId } of grants)
    grantsOf.set(
      principalId,
      (grantsOf.get(principalId) ?? new Map<ApplicationId, RoleId>()).set(applicationId, roleId),
    );
  return new Map(
    principals.flatMap(({ id, name, active, defaultRoleId }) =>
      defaultRoleId === null
        ? []
        : [
            [
              id,
              {
                id,
                name,
                active,
                defaultRole: defaultRoleId,
                memberships: teamsOf.get(id) ?? new Map(),
                grants: grantsOf.get(id) ?? new Map(),
              },
            ] as const,
          ],
    ),
  );
}

/** A person or service account as it stands now, for what runs on its behalf without a request; undefined when it is gone. */
export async function findActor(db: Kysely<Tables>, id: PrincipalId): Promise<PrincipalActor | undefined> {
  const access = (await readPrincipals(db, [id])).get(id);
  return access === undefined ? undefined : actorOf(access, await readRules(db));
}

export function actorOf(access: PrincipalAccess, rules: AccessRules): PrincipalActor {
  return { kind: 'principal', id: access.id, name: access.name, access, ...rules };
}

/** Applications as far as access depends on them; of `ids`, or all. */
export async function readGovernedApplications(
  db: Kysely<Tables>,
  ids?: readonly ApplicationId[],
): Promise<readonly GovernedApplication[]> {
  if (ids?.length === 0) return [];
  return db
    .selectFrom('applications')
    .select(['id', 'teamId as team'])
    .$if(ids !== undefined, (each) => each.where('id', 'in', ids ?? []))
    .execute();
}
