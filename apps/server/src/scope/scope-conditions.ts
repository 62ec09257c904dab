import { createHash } from 'node:crypto';
import { type AccessScope, visibleEnvironments } from '@almanac/domain';
import { type RawBuilder, sql } from 'kysely';

type Condition = RawBuilder<boolean>;
type Column = RawBuilder<unknown>;
type Keys = ReadonlySet<string>;

/** Where rows of one table stand: `application` and `environment` are their columns. */
export interface PlaceColumns {
  readonly application: Column;
  readonly environment: Column;
}

/** Rows whose application and environment lie in a scope: the rule of `isInScope`, in SQL. */
export function placeInScope(scope: AccessScope, { application, environment }: PlaceColumns): Condition {
  if (scope.kind === 'everything') return always;
  const within = (environments: Keys) => isAnyOf(environment, environments);
  return byRule(scope, { application, team: teamOf(application), within });
}

/** Rows of an application that belong to no environment: it lies in the scope in one of them. */
export function applicationInScope(scope: AccessScope, application: Column): Condition {
  if (scope.kind === 'everything') return always;
  const within = (environments: Keys) => (environments.size > 0 ? always : never);
  return byRule(scope, { application, team: teamOf(application), within });
}

/** Rows of an environment itself: whoever may list anything there may list it, other capabilities are those there as such. */
export function environmentInScope(scope: AccessScope, environment: Column): Condition {
  return scope.kind === 'everything' ? always : isAnyOf(environment, visibleEnvironments(scope));
}

const always: Condition = sql<boolean>`true`;
const never: Condition = sql<boolean>`false`;

/** A grant stands in for the team, and the team for the default: each row is decided by one of them alone. */
function byRule(
  scope: Exclude<AccessScope, { kind: 'everything' }>,
  given: { readonly application: Column; readonly team: Column; readonly within: (environments: Keys) => Condition },
): Condition {
  const { application, team, within } = given;
  const otherwise = within(scope.otherwise);
  const byTeam = decide({ column: team, named: scope.teams, within, otherwise });
  return decide({ column: application, named: scope.applications, within, otherwise: byTeam });
}

/** `named` decides for the keys that it names, `otherwise` for all others and for none. */
function decide(given: {
  readonly column: Column;
  readonly named: ReadonlyMap<string, Keys>;
  readonly within: (environments: Keys) => Condition;
  readonly otherwise: Condition;
}): Condition {
  const { column, named, otherwise } = given;
  if (named.size === 0) return otherwise;
  const classes = [...Map.groupBy(named, ([, environments]) => [...environments].toSorted().join(' ')).values()];
  const chosen = classes.flatMap((members) => {
    const environments = members[0]?.[1] ?? new Set<string>();
    const keys = new Set(members.map(([key]) => key));
    return environments.size === 0 ? [] : [sql<boolean>`(${isAnyOf(column, keys)} and ${given.within(environments)})`];
  });
  const rest = sql<boolean>`(coalesce(not ${isAnyOf(column, new Set(named.keys()))}, true) and ${otherwise})`;
  return sql<boolean>`(${sql.join([...chosen, rest], sql` or `)})`;
}

function isAnyOf(column: Column, keys: Keys): Condition {
  return sql<boolean>`${column} = any(${[...keys]}::uuid[])`;
}

function teamOf(application: Column): Column {
  return sql`(select team_id from applications as owned where owned.id = ${application})`;
}

const keys = new WeakMap<AccessScope, string>();

/** Equal for equal scopes: what was read for one reader may be given to another one with the same key. */
export function scopeKey(scope: AccessScope): string {
  if (scope.kind === 'everything') return scope.kind;
  const known = keys.get(scope);
  if (known !== undefined) return known;
  const sorted = (set: Keys) => [...set].toSorted();
  const entries = (map: ReadonlyMap<string, Keys>) =>
    [...map].map(([key, set]) => [key, sorted(set)] as const).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const content = [scope.capability, sorted(scope.otherwise), entries(scope.teams), entries(scope.applications)];
  const key = createHash('sha256').update(JSON.stringify(content)).digest('base64url');
  keys.set(scope, key);
  return key;
}
