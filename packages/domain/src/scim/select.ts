import { refuse } from '../refusal/refusal.ts';
import { parseScimPath } from './filter.ts';
import { isObject, type ScimResource } from './resource.ts';
import { type ScimSchema, type ScimTarget, scimTarget } from './schema.ts';

/** What is sent of a resource (RFC 7644, section 3.9): only these, or all but these. */
export interface ScimSelection {
  readonly kind: 'only' | 'without';
  readonly targets: readonly ScimTarget[];
}

const mostAttributes = 50;

/**
 * Reads the parameters `attributes` and `excludedAttributes`, each with commas between names.
 *
 * @throws {DomainError} `invalid-value` for both, `invalid-path` for what is no name
 */
export function readScimSelection(
  schema: ScimSchema,
  given: { readonly attributes?: string | undefined; readonly excludedAttributes?: string | undefined },
): ScimSelection {
  const { attributes, excludedAttributes } = given;
  if (attributes !== undefined && excludedAttributes !== undefined)
    return refuse('invalid-value', 'either attributes or excludedAttributes, not both');
  const names = (attributes ?? excludedAttributes ?? '').split(',').filter((each) => each.trim() !== '');
  if (names.length > mostAttributes) return refuse('too-large', `name ${mostAttributes} attributes at most`);
  const targets = names.flatMap((each) => {
    const target = scimTarget(schema, parseScimPath(each.trim()).attribute);
    return target === undefined ? [] : [target];
  });
  return { kind: attributes === undefined ? 'without' : 'only', targets };
}

/** Whether an attribute is sent at all, so that what is not need not be read. */
export function selectsScimAttribute({ kind, targets }: ScimSelection, name: string): boolean {
  const named = targets.filter((each) => each.attribute.name === name);
  return kind === 'only' ? named.length > 0 : !named.some((each) => each.sub === null);
}

/** What always comes. */
const always: ReadonlySet<string> = new Set(['schemas', 'id']);

export function selectScimAttributes(selection: ScimSelection, resource: ScimResource): ScimResource {
  const selected: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(resource)) {
    if (!always.has(name) && !selectsScimAttribute(selection, name)) continue;
    const parts = selection.targets.flatMap(({ attribute, sub }) =>
      attribute.name === name && sub !== null ? [sub.name] : [],
    );
    const whole = selection.targets.some((each) => each.attribute.name === name && each.sub === null);
    selected[name] = always.has(name) || whole || parts.length === 0 ? value : partsOf(value, selection.kind, parts);
  }
  return selected;
}

function partsOf(value: unknown, kind: ScimSelection['kind'], parts: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => partsOf(each, kind, parts));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => parts.includes(key) === (kind === 'only')));
}
