import type { AccessScope, ApplicationId } from '@almanac/domain';
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import { applicationInScope, environmentInScope, placeInScope } from './scope-conditions.ts';

/** Tables in which nothing is told of applications and environments. What is not named here is governed. */
export type OpenTable =
  | 'installation'
  | 'outboxHead'
  | 'principals'
  | 'sessions'
  | 'apiTokens'
  | 'signInAttempts'
  | 'knownDevices'
  | 'passwordLinks'
  | 'inspections';

type Condition = (scope: AccessScope) => RawBuilder<boolean>;

const place =
  (table: string): Condition =>
  (scope) =>
    placeInScope(scope, {
      application: sql.ref(`${table}.applicationId`),
      environment: sql.ref(`${table}.environmentId`),
    });
const ofApplication =
  (column: string): Condition =>
  (scope) =>
    applicationInScope(scope, sql.ref(column));
const ofEnvironment =
  (column: string): Condition =>
  (scope) =>
    environmentInScope(scope, sql.ref(column));
/** What holds for the whole estate concerns everybody. */
const ofEstateOrEnvironment =
  (column: string): Condition =>
  (scope) =>
    sql<boolean>`(${sql.ref(column)} is null or ${environmentInScope(scope, sql.ref(column))})`;

/** What makes a row of a governed table one that somebody may see. */
const conditions = {
  applications: ofApplication('applications.id'),
  builds: ofApplication('builds.applicationId'),
  versions: ofApplication('versions.applicationId'),
  quarantines: ofApplication('quarantines.applicationId'),
  environments: ofEnvironment('environments.id'),
  sites: ofEnvironment('sites.environmentId'),
  policies: ofEstateOrEnvironment('policies.environmentId'),
  freezes: ofEstateOrEnvironment('freezes.environmentId'),
  targets: place('targets'),
  placements: place('placements'),
  history: place('history'),
  hotfixes: place('hotfixes'),
  followingHolds: place('followingHolds'),
  settingValues: place('settingValues'),
  settingChanges: place('settingChanges'),
  // All of a plan and of a release, or nothing of it: a part would be another one.
  plans: (scope) => sql<boolean>`(${environmentInScope(scope, sql.ref('plans.environmentId'))} and not exists (
    select 1 from unnest(plans.application_ids) as touched (id)
    where not ${placeInScope(scope, { application: sql.ref('touched.id'), environment: sql.ref('plans.environmentId') })}))`,
  releases: (scope) => sql<boolean>`not exists (
    select 1 from release_versions as held
    where held.release_id = releases.id and not ${applicationInScope(scope, sql.ref('held.applicationId'))})`,
} as const satisfies Partial<Record<keyof Tables, Condition>>;

export type GovernedTable = keyof typeof conditions;
export const governedTables = Object.keys(conditions) as readonly GovernedTable[];

/** Known here alone, so that nobody else gets at the database behind a scope. */
const whole = Symbol('the whole database');

/**
 * The database as somebody may see it. Rows of governed tables come through their scope, in SQL; what is read beyond it goes
 * by `beyondScope`, and says why. It is no Kysely and runs no SQL of its own, so a query without scope does not type-check.
 */
export interface ScopedDatabase {
  readonly [whole]: Kysely<Tables>;
  readonly scope: AccessScope;
  readonly selectFrom: <Table extends GovernedTable | OpenTable>(
    table: Table,
    // biome-ignore lint/complexity/noBannedTypes: Kysely's own word for a query that selects nothing yet
  ) => SelectQueryBuilder<Tables, Table, {}>;
}

/** Where rows of a table come from: the whole database, or what somebody may see of it. */
export interface SourceOf<Table extends keyof Tables> {
  // biome-ignore lint/complexity/noBannedTypes: as above
  readonly selectFrom: (table: Table) => SelectQueryBuilder<Tables, Table, {}>;
}

/** The database of somebody with this scope. */
export function withinScope(db: Kysely<Tables>, scope: AccessScope): ScopedDatabase {
  const selectFrom = (table: GovernedTable | OpenTable) => {
    // One of many tables is a type that Kysely cannot follow; each of them alone has the same shape.
    const query = db.selectFrom(table as 'applications');
    const condition: Condition | undefined = (conditions as Readonly<Record<string, Condition>>)[table];
    return condition === undefined || scope.kind === 'everything' ? query : query.where(condition(scope));
  };
  return { [whole]: db, scope, selectFrom: selectFrom as unknown as ScopedDatabase['selectFrom'] };
}

/**
 * The whole database, for what a read must see beyond its scope: what somebody asked for by name and may see, or what a
 * decision needs that is not shown. The architecture test holds the list of places that do so.
 *
 * @param _because Why nothing is shown by it that the scope leaves out.
 */
export function beyondScope(database: ScopedDatabase, _because: string): Kysely<Tables> {
  return database[whole];
}

/** The same database for a few applications: a scope with many grants is short where only these are asked about. */
export function narrowTo(database: ScopedDatabase, applications: readonly ApplicationId[]): ScopedDatabase {
  const { scope } = database;
  if (scope.kind === 'everything') return database;
  const few = new Set(applications);
  return withinScope(database[whole], {
    ...scope,
    applications: new Map([...scope.applications].filter(([id]) => few.has(id))),
  });
}
