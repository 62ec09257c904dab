import { type AccessRole, type Capability, type EnvironmentId, type RoleId, refuse } from '@almanac/domain';
import type { RoleContent, RoleView } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { findEnvironment } from '#features/environments';
import type { Tables } from '#tables';

/** Roles with how often each is given. */
export function roleRows(db: Kysely<Tables>) {
  return db
    .selectFrom('roles')
    .selectAll()
    .select(
      sql<number>`(select count(*) from principals where default_role_id = roles.id)
        + (select count(*) from memberships where role_id = roles.id)
        + (select count(*) from grants where role_id = roles.id)`.as('given'),
    );
}
export type RoleRow = Awaited<ReturnType<ReturnType<typeof roleRows>['executeTakeFirstOrThrow']>>;

/** The names of environments by their keys. */
export async function environmentNames(db: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('environments').select(['id', 'name']).execute();
  return new Map(rows.map((each) => [each.id, each.name]));
}

/** What a role says of an environment that was removed is left out. */
export function presentRole(row: RoleRow, names: ReadonlyMap<string, string>): RoleView {
  const environments = Object.entries(row.inEnvironments).flatMap(([id, capabilities]) => {
    const name = names.get(id);
    return name === undefined ? [] : [[name, [...capabilities]] as [string, Capability[]]];
  });
  const types = Object.entries(row.inTypes).map(([type, capabilities]): [string, Capability[]] => [
    type,
    [...capabilities],
  ]);
  const { id, name, displayName, builtIn, elsewhere, rights, given, revision } = row;
  return {
    id,
    name,
    displayName,
    builtIn,
    environments: Object.fromEntries(environments),
    types: Object.fromEntries(types),
    elsewhere,
    rights,
    given,
    revision,
  };
}

type Held = Pick<AccessRole, 'inEnvironments' | 'inTypes' | 'elsewhere' | 'rights'>;

/** A role as it would be with what was given; what is not given stays. */
export async function contentOf(db: Kysely<Tables>, given: RoleContent, before?: Held): Promise<Held> {
  const inEnvironments: Record<EnvironmentId, AccessRole['elsewhere']> = {};
  for (const [name, capabilities] of Object.entries(given.environments ?? {}))
    inEnvironments[(await findEnvironment(db, name)).id] = distinct(capabilities);
  const inTypes = Object.fromEntries(
    Object.entries(given.types ?? {}).map(([type, capabilities]) => [type, distinct(capabilities ?? [])]),
  );
  return {
    inEnvironments: given.environments === undefined ? (before?.inEnvironments ?? {}) : inEnvironments,
    inTypes: given.types === undefined ? (before?.inTypes ?? {}) : inTypes,
    elsewhere: distinct(given.elsewhere ?? before?.elsewhere ?? []),
    rights: distinct(given.rights ?? before?.rights ?? []),
  };
}

export function rowOf({ inEnvironments, inTypes, elsewhere, rights }: Held) {
  return {
    inEnvironments: JSON.stringify(inEnvironments),
    inTypes: JSON.stringify(inTypes),
    elsewhere: [...elsewhere],
    rights: [...rights],
  };
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

export async function getRoleRow(db: Kysely<Tables>, id: RoleId): Promise<RoleRow> {
  return (await roleRows(db).where('roles.id', '=', id).executeTakeFirst()) ?? refuse('not-found', 'the role is gone');
}
