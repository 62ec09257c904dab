import type { PlainSchema, Schema, SchemaRef, UnionSchema } from '@almanac/domain';
import { canonicalJson } from '../canonical.ts';

/** A schema with every reference exchanged. */
export function mapRefs(schema: Schema, to: (ref: SchemaRef) => SchemaRef): Schema {
  if ('anyOf' in schema) return { ...schema, anyOf: schema.anyOf.map(to) };
  const { fields, otherFields, firstItems, items, also, opaque } = schema;
  return {
    ...schema,
    ...(fields === undefined ? {} : { fields: fields.map(([name, ref]) => [name, to(ref)] as const) }),
    ...(otherFields === undefined ? {} : { otherFields: to(otherFields) }),
    ...(firstItems === undefined ? {} : { firstItems: firstItems.map(to) }),
    ...(items === undefined ? {} : { items: to(items) }),
    ...(also === undefined ? {} : { also: also.map(to) }),
    ...(opaque === undefined ? {} : { opaque: opaque.map((rule) => ({ ...rule, schemas: rule.schemas.map(to) })) }),
  };
}

/**
 * Brings alternatives into one form: unions of unions are one, what no value satisfies is no alternative, and a single
 * alternative is the schema itself. What allows anything is left out where nothing else would be said. Gives the schemas
 * and where each one is found now.
 */
export function tidySchemas(schemas: readonly Schema[]): {
  readonly schemas: readonly Schema[];
  readonly moved: (ref: SchemaRef) => SchemaRef;
} {
  const flat = schemas.map((schema, ref) => ('anyOf' in schema ? flatten(schemas, ref) : schema));
  const moved = (ref: SchemaRef): SchemaRef => {
    const schema = flat[ref];
    return schema !== undefined && 'anyOf' in schema && schema.anyOf.length === 1 ? (schema.anyOf[0] ?? ref) : ref;
  };
  const isAnything = (ref: SchemaRef): boolean => {
    const schema = flat[moved(ref)];
    return schema !== undefined && Object.keys(schema).length === 0;
  };
  const tidied = flat.map((schema): Schema => {
    const { otherFields, items, ...rest } = mapRefs(schema, moved) as PlainSchema;
    if ('anyOf' in schema) return mapRefs(schema, moved);
    return {
      ...rest,
      ...(otherFields === undefined || isAnything(otherFields) ? {} : { otherFields }),
      ...(items === undefined || isAnything(items) ? {} : { items }),
    };
  });
  return { schemas: tidied, moved };
}

/** The alternatives of a union and of the unions within it; none of them is a union. */
function flatten(schemas: readonly Schema[], root: SchemaRef): Schema {
  const { plain, unions } = alternativesOf(schemas, root);
  if (plain.size === 0) return { never: true };
  // Unions whose alternatives exclude each other by themselves need not say so.
  const exclusive = [...unions].some(
    ([ref, union]) => union.exclusive === true && !areDisjoint([...alternativesOf(schemas, ref).plain.values()]),
  );
  // What takes anything leaves nothing for the others.
  const anything = [...plain].find(([, schema]) => Object.keys(schema).length === 0);
  if (anything !== undefined && !exclusive) return { anyOf: [anything[0]] };
  const discriminators = [...unions.values()].flatMap((each) => each.discriminator ?? []);
  const [discriminator] = discriminators;
  return {
    anyOf: [...plain.keys()],
    ...(exclusive ? { exclusive: true } : {}),
    ...(discriminator !== undefined && discriminators.length === 1 ? { discriminator } : {}),
  };
}

/** The plain schemas to which a union leads, and the unions on the way, itself among them. */
function alternativesOf(
  schemas: readonly Schema[],
  root: SchemaRef,
): { readonly plain: ReadonlyMap<SchemaRef, PlainSchema>; readonly unions: ReadonlyMap<SchemaRef, UnionSchema> } {
  const plain = new Map<SchemaRef, PlainSchema>();
  const unions = new Map<SchemaRef, UnionSchema>();
  const seen = new Set<SchemaRef>([root]);
  for (const ref of seen) {
    const schema = schemas[ref];
    if (schema === undefined) continue;
    if ('anyOf' in schema) {
      unions.set(ref, schema);
      for (const each of schema.anyOf) seen.add(each);
    } else if (schema.never !== true) plain.set(ref, schema);
  }
  return { plain, unions };
}

/** Whether no value satisfies two of them, as their types and values show. */
function areDisjoint(schemas: readonly PlainSchema[]): boolean {
  const sides = schemas.map((schema) => ({ types: typesOf(schema), values: schema.values?.map(canonicalJson) }));
  return sides.every((one, index) =>
    sides.slice(index + 1).every((other) => {
      if (one.values !== undefined && other.values !== undefined)
        return !one.values.some((value) => other.values?.includes(value));
      return one.types.length > 0 && other.types.length > 0 && !one.types.some((type) => other.types.includes(type));
    }),
  );
}

/** The types of a schema's values, integers among numbers; none where any type will do. */
function typesOf({ type, values }: PlainSchema): readonly string[] {
  if (values !== undefined)
    return values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value));
  return type === undefined ? [] : [type === 'integer' ? 'number' : type];
}
