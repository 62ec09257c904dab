import {
  areEqual,
  atLeast,
  atMost,
  boundCodes,
  bounds,
  type Comparison,
  type Direction,
  differs,
  type Goal,
  nothing,
  type PlainPair,
  type PlainResult,
} from './comparison.ts';
import type { Json, JsonType, OpaqueRule, PlainSchema, SchemaRef } from './element.ts';
import { compareFields } from './fields.ts';
import type { Incompatibility } from './incompatibility.ts';

/** A rule for one group of keywords. */
type Rule = (comparison: Comparison, pair: PlainPair) => PlainResult;

const rules: readonly Rule[] = [compareNumbers, compareText, compareItems, compareFields, compareFurther];

/** Compares two schemas without alternatives: is every value of `written` one of `read`? */
export function comparePlain(comparison: Comparison, pair: PlainPair): PlainResult {
  const { written, read } = pair;
  if (written.never === true) return nothing;
  const first = compareTypes(comparison.direction, pair);
  if (first !== undefined) return { reasons: [first], goals: [] };
  if (written.values !== undefined || read.values !== undefined) return compareValues(comparison.direction, pair);
  const results = rules.map((rule) => rule(comparison, pair));
  return { reasons: results.flatMap((each) => each.reasons), goals: results.flatMap((each) => each.goals) };
}

const typeCodes = ['type-narrowed', 'type-widened'] as const;
const valueCodes = ['value-removed', 'value-added'] as const;

function compareTypes(direction: Direction, { written, read }: PlainPair): Incompatibility | undefined {
  if (read.never === true)
    return differs(direction, ['type-narrowed', 'type-widened'], 'no value is allowed here any more');
  if (read.type === undefined || written.values !== undefined) return undefined;
  if (written.type === read.type || (written.type === 'integer' && read.type === 'number')) return undefined;
  const [now, then] = direction === 'input' ? [read.type, written.type] : [written.type, read.type];
  if (written.type === 'null') return differs(direction, ['null-refused', 'null-possible'], `null is no ${read.type}`);
  return differs(direction, typeCodes, `it was ${then ?? 'anything'} and is ${now ?? 'anything'}`);
}

function compareValues(direction: Direction, { written, read }: PlainPair): PlainResult {
  if (written.type === 'null')
    return {
      reasons: [differs(direction, ['null-refused', 'null-possible'], 'null is none of the values')],
      goals: [],
    };
  const possible = written.values ?? (written.type === 'boolean' ? [false, true] : undefined);
  if (possible === undefined)
    return {
      reasons: [differs(direction, valueCodes, `only ${listed(read.values ?? [])} where any value was`)],
      goals: [],
    };
  const allowed = read.values?.map(textOf);
  if (allowed !== undefined) {
    const extra = possible.filter((value) => !allowed.includes(textOf(value)));
    if (extra.length === 0) return nothing;
    const detail = `${listed(extra)} ${direction === 'input' ? 'is no longer accepted' : 'was not possible before'}`;
    return { reasons: [differs(direction, valueCodes, detail)], goals: [] };
  }
  const refused = possible.filter((value) => takes(read, value) === 'no');
  const unclear = possible.filter((value) => takes(read, value) === 'unclear');
  const reasons: Incompatibility[] = [];
  if (refused.length > 0)
    reasons.push(differs(direction, valueCodes, `${listed(refused)} is not allowed by the other side`));
  if (unclear.length > 0)
    reasons.push({ code: 'cannot-tell', place: '', detail: `nobody can tell whether ${listed(unclear)} is allowed` });
  return { reasons, goals: [] };
}

/** Whether a schema without listed values takes a value. */
function takes(schema: PlainSchema, value: Json): 'yes' | 'no' | 'unclear' {
  const type = typeOf(value);
  if (schema.type !== undefined && schema.type !== type && !(schema.type === 'number' && type === 'integer'))
    return 'no';
  if (typeof value === 'number') {
    const { lower, upper } = schema;
    if (lower !== undefined && (value < lower.value || (lower.exclusive && value === lower.value))) return 'no';
    if (upper !== undefined && (value > upper.value || (upper.exclusive && value === upper.value))) return 'no';
    return schema.multipleOf === undefined || isMultiple(value, schema.multipleOf) ? 'yes' : 'no';
  }
  if (typeof value === 'string') {
    const length = Array.from(value).length;
    if (length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) return 'no';
    return schema.patterns === undefined && schema.formats === undefined && schema.opaque === undefined
      ? 'yes'
      : 'unclear';
  }
  if (typeof value !== 'object' || value === null) return schema.opaque === undefined ? 'yes' : 'unclear';
  return Object.keys(schema).every((key) => key === 'type') ? 'yes' : 'unclear';
}

function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'boolean' | 'object' | 'string';
}

function applies(schema: PlainSchema, ...types: readonly JsonType[]): boolean {
  return schema.type === undefined || types.includes(schema.type);
}

function compareNumbers({ direction }: Comparison, { written, read }: PlainPair): PlainResult {
  if (!applies(written, 'integer', 'number')) return nothing;
  const reasons: Incompatibility[] = [];
  const [low, least] = [written.lower, read.lower];
  if (
    least !== undefined &&
    (low === undefined || low.value < least.value || (low.value === least.value && least.exclusive && !low.exclusive))
  )
    reasons.push(
      differs(direction, boundCodes, bounds('smallest', direction, { written: low?.value, read: least.value })),
    );
  const [high, most] = [written.upper, read.upper];
  if (
    most !== undefined &&
    (high === undefined || high.value > most.value || (high.value === most.value && most.exclusive && !high.exclusive))
  )
    reasons.push(
      differs(direction, boundCodes, bounds('largest', direction, { written: high?.value, read: most.value })),
    );
  if (read.multipleOf !== undefined && !isMultiple(written.multipleOf, read.multipleOf))
    reasons.push(
      differs(direction, boundCodes, bounds('step', direction, { written: written.multipleOf, read: read.multipleOf })),
    );
  reasons.push(...compareFormats(direction, { written, read }));
  return { reasons, goals: [] };
}

function compareText({ direction }: Comparison, { written, read }: PlainPair): PlainResult {
  if (!applies(written, 'string')) return nothing;
  const reasons = [
    ...atLeast(direction, 'length', { written: written.minLength, read: read.minLength }),
    ...atMost(direction, 'length', { written: written.maxLength, read: read.maxLength }),
  ];
  const missing = (read.patterns ?? []).filter((pattern) => written.patterns?.includes(pattern) !== true);
  if (missing.length > 0 && written.patterns !== undefined)
    reasons.push({
      code: 'cannot-tell',
      place: '',
      detail: 'the pattern is another one, and patterns are not compared',
    });
  else if (missing.length > 0)
    reasons.push({
      code: 'pattern-changed',
      place: '',
      detail: direction === 'input' ? `it must match ${missing[0]} now` : `it need not match ${missing[0]} any more`,
    });
  // Formats of numbers were compared with the numbers where the type is open.
  if (written.type === 'string') reasons.push(...compareFormats(direction, { written, read }));
  return { reasons, goals: [] };
}

/** Formats whose values all have the other one too. */
const narrowerFormats: Readonly<Record<string, readonly string[]>> = { int64: ['int32'], double: ['float'] };

function compareFormats(direction: Direction, { written, read }: PlainPair): readonly Incompatibility[] {
  const missing = (read.formats ?? []).filter(
    (format) =>
      written.formats?.some((each) => each === format || narrowerFormats[format]?.includes(each) === true) !== true,
  );
  if (missing.length === 0) return [];
  const [now, then] = direction === 'input' ? [read.formats, written.formats] : [written.formats, read.formats];
  const detail = `the format was ${then?.join(' and ') ?? 'open'} and is ${now?.join(' and ') ?? 'open'}`;
  return [{ code: 'format-changed', place: '', detail }];
}

function compareItems({ direction }: Comparison, { written, read }: PlainPair): PlainResult {
  if (!applies(written, 'array')) return nothing;
  const reasons = [
    ...atLeast(direction, 'number of items', { written: written.minItems, read: read.minItems }),
    ...atMost(direction, 'number of items', { written: written.maxItems, read: read.maxItems }),
  ];
  if (read.uniqueItems === true && written.uniqueItems !== true)
    reasons.push(
      differs(direction, boundCodes, direction === 'input' ? 'items must differ now' : 'items may be equal now'),
    );
  const pairs: (readonly [written: SchemaRef | undefined, read: SchemaRef | undefined, place: string])[] = [];
  const count = Math.max(written.firstItems?.length ?? 0, read.firstItems?.length ?? 0);
  for (let index = 0; index < count; index += 1)
    pairs.push([written.firstItems?.[index] ?? written.items, read.firstItems?.[index] ?? read.items, `/${index}`]);
  pairs.push([written.items, read.items, '/[]']);
  const goals: Goal[] = [];
  for (const [from, to, place] of pairs) {
    if (to === undefined) continue;
    if (from === undefined)
      reasons.push({ code: 'items-changed', place, detail: 'what an item may be is open on one side only' });
    else goals.push({ written: from, read: to, place });
  }
  return { reasons, goals };
}

/** Unions that hold besides, and rules that are compared as a whole: each must be there on the other side as it is. */
function compareFurther(comparison: Comparison, { written, read }: PlainPair): PlainResult {
  const reasons: Incompatibility[] = [];
  const besides = (read.also ?? []).filter(
    (each) => written.also?.some((other) => areEqual(comparison, other, each)) !== true,
  );
  if (besides.length > 0)
    reasons.push({ code: 'cannot-tell', place: '', detail: 'alternatives changed that hold together with others' });
  for (const rule of read.opaque ?? [])
    if (written.opaque?.some((other) => isSameRule(comparison, other, rule)) !== true)
      reasons.push({
        code: 'cannot-tell',
        place: '',
        detail: `the rule ${rule.keyword} is on one side only, or another one`,
      });
  return { reasons, goals: [] };
}

function isSameRule(comparison: Comparison, written: OpaqueRule, read: OpaqueRule): boolean {
  return (
    written.keyword === read.keyword &&
    textOf(written.detail) === textOf(read.detail) &&
    written.schemas.length === read.schemas.length &&
    written.schemas.every((each, index) => areEqual(comparison, each, read.schemas[index] ?? -1))
  );
}

function isMultiple(value: number | undefined, of: number): boolean {
  if (value === undefined) return false;
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function textOf(value: Json): string {
  return JSON.stringify(value);
}

function listed(values: readonly Json[]): string {
  const shown = values.slice(0, 5).map(textOf).join(', ');
  return values.length > 5 ? `${shown} and ${values.length - 5} more` : shown;
}
