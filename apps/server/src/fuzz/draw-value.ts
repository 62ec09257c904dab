import fc from 'fast-check';

/** The part of JSON Schema that zod writes. */
export interface DrawableSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly DrawableSchema[];
  readonly oneOf?: readonly DrawableSchema[];
  readonly allOf?: readonly DrawableSchema[];
  readonly properties?: Readonly<Record<string, DrawableSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | DrawableSchema;
  readonly items?: DrawableSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/** Nothing valid needs more, and what is nested deeper is drawn empty. */
const deepest = 6;

/**
 * Values that a schema takes. `known` are texts that mean something to the server (keys, names, numbers): a text that has no
 * form of its own is one of them, mostly.
 */
export function drawValue(schema: DrawableSchema, known: readonly string[], depth = 0): fc.Arbitrary<unknown> {
  const inner = (each: DrawableSchema) => drawValue(each, known, depth + 1);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined && choices.length > 0) return fc.oneof(...choices.map(inner));
  if (schema.allOf !== undefined) return inner(Object.assign({}, ...schema.allOf));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => inner({ ...schema, type })));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer(boundsOf(schema));
    case 'number':
      return fc.double({ ...boundsOf(schema), noNaN: true });
    case 'string':
      return drawText(schema, known);
    case 'array':
      if (depth >= deepest) return fc.constant([]);
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, Math.max(3, schema.minItems ?? 0)),
      });
    case 'object':
      return drawObject(schema, known, depth);
    default:
      return fc.constantFrom<unknown>(null, 1, 'text', true, {}, []);
  }
}

function boundsOf(schema: DrawableSchema): { readonly min: number; readonly max: number } {
  const min = schema.minimum ?? (schema.exclusiveMinimum === undefined ? -5 : schema.exclusiveMinimum + 1);
  return { min: Math.max(min, -2_147_483_648), max: Math.max(min, Math.min(schema.maximum ?? 400, 2_147_483_647)) };
}

function drawObject(schema: DrawableSchema, known: readonly string[], depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required);
  const chosen = properties.filter(([key]) => depth < deepest || required.has(key));
  const own = fc.record(Object.fromEntries(chosen.map(([key, each]) => [key, drawValue(each, known, depth + 1)])), {
    requiredKeys: chosen.map(([key]) => key).filter((key) => required.has(key)),
  });
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== 'object' || depth >= deepest) return own;
  const more = fc.dictionary(
    fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/),
    drawValue(additionalProperties, known, depth + 1),
    { maxKeys: 2 },
  );
  return fc.tuple(own, more).map(([one, other]) => ({ ...other, ...one }));
}

function drawText(schema: DrawableSchema, known: readonly string[]): fc.Arbitrary<string> {
  const { format, pattern } = schema;
  const bounds = { minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 300) };
  const fits = known.filter(
    (each) =>
      each.length >= bounds.minLength &&
      each.length <= (schema.maxLength ?? 400) &&
      (pattern === undefined || new RegExp(pattern, 'u').test(each)),
  );
  const free = drawForm(format, pattern, bounds);
  return fits.length === 0
    ? free
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...fits) }, { weight: 1, arbitrary: free });
}

function drawForm(
  format: string | undefined,
  pattern: string | undefined,
  bounds: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((each) => each.toISOString());
  if (format === 'uuid') return fc.uuid();
  if (format === 'uri') return fc.webUrl();
  if (format === 'email') return fc.emailAddress();
  // What looks ahead cannot be drawn; such texts come from what is known.
  if (pattern !== undefined && format === undefined && !/\(\?[=!<]/.test(pattern))
    return fc.stringMatching(new RegExp(pattern, 'u')).filter((each) => each.length <= 1000);
  return fc.string(bounds);
}
