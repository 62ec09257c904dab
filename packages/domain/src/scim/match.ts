import { type RefusalCode, refuse } from '../refusal/refusal.ts';
import type { ScimFilter, ScimOperator, ScimValue } from './filter.ts';
import { attributeNamed, type ScimAttribute } from './schema.ts';

/** A comparison of a filter in which the operator does something with an attribute of this type. */
export interface ScimComparison {
  readonly operator: ScimOperator;
  readonly value: ScimValue;
}

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** What makes no sense about a comparison, as a sentence; undefined where it makes sense (RFC 7644, table 3). */
export function faultOfComparison(attribute: ScimAttribute, { operator, value }: ScimComparison): string | undefined {
  const { name, type } = attribute;
  if (type === 'complex') return `${name} has several parts; name one of them`;
  if (value === null)
    return operator === 'eq' || operator === 'ne' ? undefined : `${operator} compares ${name} with nothing`;
  if (type === 'boolean') {
    if (operator !== 'eq' && operator !== 'ne') return `${name} is true or false; ${operator} cannot compare it`;
    return typeof value === 'boolean' ? undefined : `${name} is compared with true or false, without quotes`;
  }
  if (typeof value !== 'string') return `${name} is compared with a text, in quotes`;
  if (type === 'string') return undefined;
  if (!dateTime.test(value)) return `${name} is compared with a time such as "2026-01-31T09:00:00Z"`;
  return ['co', 'sw', 'ew'].includes(operator) ? `${operator} cannot compare the time ${name}` : undefined;
}

/** A text as it is compared. */
export function scimComparable(attribute: Pick<ScimAttribute, 'caseExact'>, text: string): string {
  return attribute.caseExact ? text : text.toLowerCase();
}

const compare: Readonly<Record<ScimOperator, (held: string, wanted: string) => boolean>> = {
  eq: (held, wanted) => held === wanted,
  ne: (held, wanted) => held !== wanted,
  co: (held, wanted) => held.includes(wanted),
  sw: (held, wanted) => held.startsWith(wanted),
  ew: (held, wanted) => held.endsWith(wanted),
  gt: (held, wanted) => held > wanted,
  ge: (held, wanted) => held >= wanted,
  lt: (held, wanted) => held < wanted,
  le: (held, wanted) => held <= wanted,
};

/**
 * Whether a filter in brackets holds for one value of several, such as one e-mail address.
 *
 * @param attributes The parts that such a value has
 * @throws {DomainError} for a part that there is not, or a comparison that makes no sense
 */
export function matchesScimValue(
  filter: ScimFilter,
  value: Readonly<Record<string, unknown>>,
  given: {
    readonly attributes: readonly ScimAttribute[];
    readonly code: Extract<RefusalCode, 'invalid-filter' | 'invalid-path'>;
  },
): boolean {
  switch (filter.kind) {
    // Every part is looked at, so that a filter is refused or not whatever values there are.
    case 'and':
      return filter.parts.map((each) => matchesScimValue(each, value, given)).every(Boolean);
    case 'or':
      return filter.parts.map((each) => matchesScimValue(each, value, given)).some(Boolean);
    case 'not':
      return !matchesScimValue(filter.part, value, given);
    case 'within':
      return refuse(given.code, 'there are no brackets within brackets');
    default: {
      const { path } = filter;
      const attribute = path.sub === null ? attributeNamed(given.attributes, path.name) : undefined;
      if (attribute === undefined) return refuse(given.code, `${path.name} is no part of such a value`);
      const held = value[attribute.name] ?? null;
      return filter.kind === 'present' ? held !== null && held !== '' : holds(attribute, { ...filter, held }, given);
    }
  }
}

function holds(
  attribute: ScimAttribute,
  asked: ScimComparison & { readonly held: unknown },
  given: Pick<Parameters<typeof matchesScimValue>[2], 'code'>,
): boolean {
  const fault = faultOfComparison(attribute, asked);
  if (fault !== undefined) return refuse(given.code, fault);
  const { operator, value, held } = asked;
  if (value === null || held === null) return operator === 'ne' ? held !== value : operator === 'eq' && held === value;
  const text = (each: unknown) => scimComparable(attribute, String(each));
  return compare[operator](text(held), text(value));
}
