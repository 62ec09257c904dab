import { refuse } from '../refusal/refusal.ts';
import { attributeNamed, type ScimAttribute, type ScimSchema, scimTarget } from './schema.ts';

/** A resource as JSON, with the names of its attributes as their schema writes them. */
export type ScimResource = Readonly<Record<string, unknown>>;

/** Characters of one text, values of one attribute, and members of one group. */
export const scimLimits = { text: 255, values: 20, members: 10_000 } as const;

/**
 * What is kept of a document that somebody sent: attributes that are not known here are left out, and so are those that only
 * we may write. Names are taken whatever their case.
 *
 * @throws {DomainError} `invalid-request` for what is no resource at all
 */
export function knownPartOf(schema: ScimSchema, document: unknown): ScimResource {
  if (!isObject(document)) return refuse('invalid-request', `a ${schema.name} is a JSON object`);
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(document)) {
    const attribute = scimTarget(schema, { schema: null, name: key, sub: null })?.attribute;
    if (attribute === undefined || attribute.mutability === 'readOnly') continue;
    known[attribute.name] = knownValue(attribute, value);
  }
  return known;
}

/** A value with the names of its parts as the schema writes them; what several clients send for one value becomes a list. */
export function knownValue(attribute: ScimAttribute, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (!attribute.multiValued) return attribute.type === 'complex' ? knownParts(attribute, value) : value;
  return (Array.isArray(value) ? value : [value]).map((each) => knownParts(attribute, each));
}

export function knownParts(attribute: ScimAttribute, value: unknown): ScimResource {
  if (!isObject(value))
    return refuse('invalid-value', `${attribute.name} is written as an object, such as {"value": …}`);
  const parts: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    const part = attributeNamed(attribute.subAttributes, key);
    if (part !== undefined && each !== null) parts[part.name] = each;
  }
  return parts;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of a resource; null for none. Control characters are nothing that people or groups are called by. */
export function textIn(resource: ScimResource, name: string): string | null {
  const value = resource[name] ?? null;
  if (value === null) return null;
  if (typeof value !== 'string') return refuse('invalid-value', `${name} is a text`);
  const text = value.trim();
  if (text.length > scimLimits.text) refuse('invalid-value', `${name} has more than ${scimLimits.text} characters`);
  if (/\p{Cc}/u.test(text) || !text.isWellFormed())
    refuse('invalid-value', `${name} holds characters that cannot be shown`);
  return text === '' ? null : text;
}

/** True or false; some clients send them as texts, in any case. */
export function flagIn(resource: ScimResource, name: string): boolean | null {
  const value = resource[name] ?? null;
  if (value === null || typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  return refuse('invalid-value', `${name} is true or false`);
}

export function valuesIn(resource: ScimResource, name: string, most: number): readonly ScimResource[] {
  const value = resource[name] ?? [];
  if (!Array.isArray(value) || !value.every(isObject)) return refuse('invalid-value', `${name} is a list of objects`);
  if (value.length > most) return refuse('too-large', `${name} has more than ${most} values`);
  return value;
}
