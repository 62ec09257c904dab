import { refuse } from '../refusal/refusal.ts';
import { parseScimPath, type ScimFilter } from './filter.ts';
import { matchesScimValue } from './match.ts';
import { isObject, knownParts, knownValue, type ScimResource } from './resource.ts';
import { attributeNamed, type ScimAttribute, type ScimSchema, scimTarget } from './schema.ts';

const operators = ['add', 'replace', 'remove'] as const;

/** One operation of a patch (RFC 7644, section 3.5.2). */
export interface ScimOperation {
  readonly op: (typeof operators)[number];
  readonly path: string | null;
  readonly value: unknown;
}

const mostOperations = 1000;

/**
 * Reads the body of a patch. Names and operators are taken in any case, since large providers write them in capitals.
 *
 * @throws {DomainError} `invalid-request` for what is no patch
 */
export function readScimPatch(body: unknown): readonly ScimOperation[] {
  const given = isObject(body) ? memberOf(body, 'operations') : undefined;
  if (!Array.isArray(given) || given.length === 0)
    return refuse('invalid-request', 'a patch has Operations, and at least one of them');
  if (given.length > mostOperations) return refuse('too-large', `a patch has ${mostOperations} operations at most`);
  return given.map((each) => {
    if (!isObject(each)) return refuse('invalid-request', 'each operation is an object with op, path and value');
    const [op, path = null] = [String(memberOf(each, 'op')).toLowerCase(), memberOf(each, 'path')];
    const operator = operators.find((known) => known === op);
    if (operator === undefined) return refuse('invalid-request', `op is one of ${operators.join(', ')}`);
    if (path !== null && typeof path !== 'string') return refuse('invalid-path', 'path is a text');
    return { op: operator, path: path === '' ? null : path, value: memberOf(each, 'value') };
  });
}

function memberOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * The resource after a patch: all of its operations, in their order. What they name and what is not kept here is passed over,
 * so that a provider that sends more than we keep goes on.
 *
 * @throws {DomainError} `invalid-path`, `invalid-value`, `no-target`, or `attribute-fixed` for what only we write
 */
export function applyScimPatch(
  schema: ScimSchema,
  resource: ScimResource,
  operations: readonly ScimOperation[],
): ScimResource {
  return operations.reduce((before, operation) => applyOne(schema, before, operation), resource);
}

function applyOne(schema: ScimSchema, resource: ScimResource, { op, path, value }: ScimOperation): ScimResource {
  if (path !== null) return applyAt(schema, resource, { op, path, value });
  if (op === 'remove') return refuse('no-target', 'a remove says by its path what is removed');
  if (!isObject(value)) return refuse('invalid-value', 'an operation without a path has an object as its value');
  // Some providers write paths as keys here, such as "name.givenName".
  return Object.entries(value).reduce((before, [key, each]) => {
    if (key === 'schemas') return before;
    if (key.toLowerCase() === schema.id.toLowerCase()) return applyOne(schema, before, { op, path: null, value: each });
    return isOurs(schema, key) ? before : applyAt(schema, before, { op, path: key, value: each });
  }, resource);
}

/** Whole resources are sent back with what only we write in them. */
function isOurs(schema: ScimSchema, key: string): boolean {
  return scimTarget(schema, { schema: null, name: key, sub: null })?.attribute.mutability === 'readOnly';
}

function applyAt(
  schema: ScimSchema,
  resource: ScimResource,
  given: Pick<ScimOperation, 'op' | 'value'> & { readonly path: string },
): ScimResource {
  const { attribute: path, filter, sub } = parseScimPath(given.path);
  const target = scimTarget(schema, path);
  if (target === undefined) return resource;
  const { attribute } = target;
  const part = sub === null ? target.sub : attributeNamed(attribute.subAttributes, sub);
  if (sub !== null && part === undefined) return resource;
  if (attribute.mutability === 'readOnly')
    return refuse('attribute-fixed', `${attribute.name} is written by Almanac alone`);
  if (filter !== null && !attribute.multiValued)
    return refuse('invalid-path', `${attribute.name} has one value: there is nothing to choose by a filter`);
  const change: Change = { op: given.op, value: given.value, attribute, part: part ?? null, filter };
  const held = resource[attribute.name] ?? null;
  const after = attribute.multiValued ? changedValues(valuesOf(held), change) : changedValue(held, change);
  return { ...resource, [attribute.name]: after };
}

interface Change {
  readonly op: ScimOperation['op'];
  readonly value: unknown;
  readonly attribute: ScimAttribute;
  readonly part: ScimAttribute | null;
  readonly filter: ScimFilter | null;
}

function valuesOf(held: unknown): readonly ScimResource[] {
  return Array.isArray(held) ? held.filter(isObject) : [];
}

function changedValue(held: unknown, { op, value, attribute, part }: Change): unknown {
  if (part !== null) return { ...(isObject(held) ? held : {}), [part.name]: op === 'remove' ? null : value };
  if (op === 'remove') return null;
  if (attribute.type !== 'complex') return value;
  return value === null ? null : { ...(isObject(held) ? held : {}), ...knownParts(attribute, value) };
}

function changedValues(held: readonly ScimResource[], change: Change): readonly ScimResource[] {
  const { op, value, attribute, part, filter } = change;
  if (filter !== null || part !== null) return changedSome(held, change);
  if (op === 'remove') {
    // One large provider names what it removes by the value instead of by a filter.
    if (value === undefined || value === null) return [];
    const gone = new Set(valuesOf(knownValue(attribute, value)).map((each) => each['value']));
    return held.filter((each) => !gone.has(each['value']));
  }
  const given = valuesOf(knownValue(attribute, value));
  return op === 'replace' ? given : united(held, given);
}

/** What is there already is not added once more; an address that is added again may have become the primary one. */
function united(held: readonly ScimResource[], given: readonly ScimResource[]): readonly ScimResource[] {
  const keyOf = (each: ScimResource) => JSON.stringify([each['value'], each['type'] ?? null]);
  const all = new Map(held.map((each) => [keyOf(each), each]));
  for (const each of given) all.set(keyOf(each), { ...all.get(keyOf(each)), ...each });
  return [...all.values()];
}

/** Changes the values that a filter finds, or all, as a whole or in one part. */
function changedSome(held: readonly ScimResource[], change: Change): readonly ScimResource[] {
  const { op, value, attribute, part, filter } = change;
  const matching = { attributes: attribute.subAttributes, code: 'invalid-path' } as const;
  if (filter !== null) matchesScimValue(filter, {}, matching);
  const found = held.map((each) => filter === null || matchesScimValue(filter, each, matching));
  if (op === 'remove' && part === null) return held.filter((_, index) => found[index] !== true);
  if (op !== 'remove' && !found.includes(true)) return [...held, ...madeBy(change)];
  const parts = part === null ? knownParts(attribute, value) : { [part.name]: op === 'remove' ? null : value };
  // Of several addresses one is the primary one: where another becomes it, it is so no longer.
  const others = parts['primary'] === true ? { primary: false } : {};
  return held.map((each, index) => ({ ...each, ...(found[index] === true ? parts : others) }));
}

/** The value that a filter would find: made where there is none, if the filter says all of it. */
function madeBy({ value, attribute, part, filter }: Change): readonly ScimResource[] {
  const said = filter === null ? {} : saidBy(filter, attribute);
  if (said === undefined)
    return refuse(
      'no-target',
      `no value of ${attribute.name} is found by this filter, and it does not say what to make`,
    );
  return [{ ...said, ...(part === null ? knownParts(attribute, value) : { [part.name]: value }) }];
}

function saidBy(filter: ScimFilter, attribute: ScimAttribute): ScimResource | undefined {
  if (filter.kind === 'compare' && filter.operator === 'eq') {
    const part = attributeNamed(attribute.subAttributes, filter.path.name);
    return part === undefined ? undefined : { [part.name]: filter.value };
  }
  if (filter.kind !== 'and') return undefined;
  const parts = filter.parts.map((each) => saidBy(each, attribute));
  return parts.includes(undefined) ? undefined : Object.assign({}, ...parts);
}
