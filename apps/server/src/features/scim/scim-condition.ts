import {
  faultOfComparison,
  parseScimFilter,
  refuse,
  type ScimAttribute,
  type ScimAttributePath,
  type ScimFilter,
  type ScimOperator,
  type ScimSchema,
  scimTarget,
} from '@almanac/domain';
import { type RawBuilder, sql } from 'kysely';

type Sql = RawBuilder<unknown>;
type Condition = RawBuilder<boolean>;

/** Attributes with several values: their rows, and where the parts of each stand. */
interface SeveralValues {
  readonly from: Sql;
  readonly parts: Readonly<Record<string, Sql>>;
}

/** Where the attributes of a resource stand. All of it is written here: of a filter, values alone get as far as a statement. */
export interface ScimColumns {
  /** By the name of the attribute, or of it and its part with a point between them. */
  readonly single: Readonly<Record<string, Sql>>;
  readonly several: Readonly<Record<string, SeveralValues>>;
}

/** What a path of a filter leads to; with `from`, in each of several rows. */
interface Place {
  readonly attribute: ScimAttribute;
  readonly column: Sql;
  readonly from: Sql | null;
}
type Find = (path: ScimAttributePath) => Place;

/**
 * A filter as a condition in SQL; without one it holds for all.
 *
 * @throws {DomainError} `invalid-filter` for what is none, attributes that there are not, comparisons that make no sense
 */
export function scimCondition(schema: ScimSchema, columns: ScimColumns, filter: string | undefined): Condition {
  if (filter === undefined) return sql<boolean>`true`;
  const find: Find = (path) => {
    const target = scimTarget(schema, path) ?? none(`a ${schema.name} has no ${path.name} here`);
    const { attribute, sub } = target;
    const several = columns.several[attribute.name];
    if (several !== undefined) return { ...partNamed(attribute, several, sub?.name ?? 'value'), from: several.from };
    const column = columns.single[sub === null ? attribute.name : `${attribute.name}.${sub.name}`];
    return { attribute: sub ?? attribute, from: null, column: column ?? none(`nobody searches by ${attribute.name}`) };
  };
  const findWithin = (path: ScimAttributePath): { readonly from: Sql; readonly find: Find } => {
    const { attribute } = scimTarget(schema, path) ?? none(`a ${schema.name} has no ${path.name} here`);
    const several = columns.several[attribute.name] ?? none(`${attribute.name} has one value: brackets choose nothing`);
    return { from: several.from, find: (part) => ({ ...partNamed(attribute, several, part.name), from: null }) };
  };
  return conditionOf(parseScimFilter(filter), { find, findWithin });
}

function partNamed(attribute: ScimAttribute, { parts }: SeveralValues, name: string): Omit<Place, 'from'> {
  const part = attribute.subAttributes.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const column = part === undefined ? undefined : parts[part.name];
  if (part === undefined || column === undefined) return none(`${attribute.name} is not searched by ${name}`);
  return { attribute: part, column };
}

function conditionOf(
  filter: ScimFilter,
  given: {
    readonly find: Find;
    readonly findWithin: (path: ScimAttributePath) => { readonly from: Sql; readonly find: Find };
  },
): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((each) => conditionOf(each, given));
      return sql<boolean>`(${sql.join(parts, filter.kind === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      return sql<boolean>`not ${conditionOf(filter.part, given)}`;
    case 'within': {
      const { from, find } = given.findWithin(filter.path);
      return existsIn(from, conditionOf(filter.filter, { ...given, find }));
    }
    default: {
      const { attribute, column, from } = given.find(filter.path);
      const condition =
        filter.kind === 'present'
          ? sql<boolean>`(coalesce(${column}::text, '') <> '')`
          : comparison(attribute, column, filter);
      return from === null ? condition : existsIn(from, condition);
    }
  }
}

function existsIn(from: Sql, condition: Condition): Condition {
  return sql<boolean>`exists (select from ${from} where ${condition})`;
}

/** False where there is no value, and never unknown: `not` turns it round. */
function comparison(attribute: ScimAttribute, column: Sql, asked: Extract<ScimFilter, { kind: 'compare' }>): Condition {
  const { operator, value } = asked;
  const fault = faultOfComparison(attribute, asked);
  if (fault !== undefined) return none(fault);
  if (value === null)
    return operator === 'eq' ? sql<boolean>`(${column} is null)` : sql<boolean>`(${column} is not null)`;
  if (attribute.type === 'boolean') return compared(sql`${column}`, operator, sql`${value}::boolean`);
  if (attribute.type === 'dateTime') {
    const time = new Date(String(value));
    if (Number.isNaN(time.getTime())) return none(`${String(value)} is no time that there is`);
    return compared(sql`date_trunc('milliseconds', ${column})`, operator, sql`${time}::timestamptz`);
  }
  const text = (each: Sql) => sql`(${attribute.caseExact ? each : sql`lower(${each})`} collate "C")`;
  return compared(text(sql`${column}::text`), operator, text(sql`${String(value)}::text`));
}

function compared(held: Sql, operator: ScimOperator, wanted: Sql): Condition {
  const conditions: Readonly<Record<ScimOperator, Condition>> = {
    eq: sql`${held} = ${wanted}`,
    ne: sql`${held} is distinct from ${wanted}`,
    co: sql`strpos(${held}, ${wanted}) > 0`,
    sw: sql`starts_with(${held}, ${wanted})`,
    ew: sql`right(${held}, length(${wanted})) = ${wanted}`,
    gt: sql`${held} > ${wanted}`,
    ge: sql`${held} >= ${wanted}`,
    lt: sql`${held} < ${wanted}`,
    le: sql`${held} <= ${wanted}`,
  };
  return sql<boolean>`coalesce(${conditions[operator]}, false)`;
}

function none(why: string): never {
  return refuse('invalid-filter', why);
}
