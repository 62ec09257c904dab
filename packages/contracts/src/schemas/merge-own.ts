import type { Bound, Json, JsonType, PlainSchema, Schema, SchemaRef } from '@almanac/domain';
import { canonical, canonicalJson } from '../canonical.ts';
import type { JsonObject, Located, Sources } from '../syntax/sources.ts';
import type { Dialect } from './dialect.ts';
import type { Member } from './members.ts';
import { opaqueRulesOf } from './opaque-rules.ts';

export interface MergeContext {
  readonly sources: Sources;
  readonly dialect: Dialect;
  readonly add: (members: readonly Member[]) => SchemaRef;
}

type Own = readonly Located<JsonObject>[];

/** What several schemas say by their own keywords, all holding together, as one schema without references. */
export function mergeOwn(context: MergeContext, own: Own): Schema {
  const types = typeOf(own);
  if (types === 'none') return { never: true };
  const flags = {
    ...(own.some(({ value }) => value['readOnly'] === true) ? { readOnly: true as const } : {}),
    ...(own.some(({ value }) => value['writeOnly'] === true) ? { writeOnly: true as const } : {}),
  };
  const values = valuesOf(context, own);
  if (values !== undefined) return withValues(context, { values, type: types, flags });
  const type = types ?? impliedType(own);
  const isNumber = type === undefined || type === 'number' || type === 'integer';
  const isText = type === undefined || type === 'string';
  const formats = distinct(textsOf(own, 'format'));
  const opaque = opaqueRulesOf(context, own);
  return {
    ...(type === undefined ? {} : { type }),
    ...(formats.length > 0 && (isNumber || isText) ? { formats } : {}),
    ...(isNumber ? numbersOf(context, { own, type }) : {}),
    ...(isText ? textRulesOf(own) : {}),
    ...(type === undefined || type === 'object' ? fieldsOf(context, own) : {}),
    ...(type === undefined || type === 'array' ? itemsOf(context, own) : {}),
    ...(opaque.length > 0 ? { opaque } : {}),
    ...flags,
  };
}

/** The one type that all allow; lists of types are choices and do not come here. */
function typeOf(own: Own): JsonType | undefined | 'none' {
  let type: JsonType | undefined;
  for (const { value } of own) {
    const each: unknown = value['type'];
    if (typeof each !== 'string') continue;
    if (type === undefined || (type === 'number' && each === 'integer')) type = each as JsonType;
    else if (each !== type && !(type === 'integer' && each === 'number')) return 'none';
  }
  return type;
}

const keywordsOf: Readonly<Partial<Record<JsonType, readonly string[]>>> = {
  object: [
    'properties',
    'additionalProperties',
    'required',
    'patternProperties',
    'minProperties',
    'maxProperties',
    'unevaluatedProperties',
  ],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  string: ['pattern', 'minLength', 'maxLength'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
};

/** By the letter `properties` without a type says nothing of a text; whoever writes it means an object. */
function impliedType(own: Own): JsonType | undefined {
  const implied = Object.entries(keywordsOf).filter(([, keywords]) =>
    keywords.some((keyword) => own.some(({ value }) => value[keyword] !== undefined)),
  );
  return implied.length === 1 ? (implied[0]?.[0] as JsonType) : undefined;
}

function valuesOf(context: MergeContext, own: Own): readonly Json[] | undefined {
  let values: ReadonlyMap<string, Json> | undefined;
  for (const at of own) {
    const { value } = at;
    if (value['enum'] !== undefined && !Array.isArray(value['enum']))
      throw context.sources.fault(at, 'enum is a list of values');
    const lists = [
      ...(Array.isArray(value['enum']) ? [value['enum'] as readonly Json[]] : []),
      ...(value['const'] === undefined ? [] : [[value['const'] as Json]]),
    ];
    for (const list of lists) {
      const found = new Map(list.map((each) => [canonicalJson(each), canonical(each)]));
      const before: ReadonlyMap<string, Json> = values ?? found;
      values = new Map([...found].filter(([text]) => before.has(text)));
    }
  }
  return values === undefined ? undefined : [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** Listed values say all there is to say; null among others is an alternative, and both truth values are a type. */
function withValues(
  context: MergeContext,
  input: { readonly values: readonly Json[]; readonly type: JsonType | undefined; readonly flags: PlainSchema },
): Schema {
  const values = input.values.filter((value) => input.type === undefined || isOfType(value, input.type));
  if (values.length === 0) return { never: true };
  const others = values.filter((value) => value !== null);
  if (others.length === 0) return { type: 'null', ...input.flags };
  if (others.length < values.length)
    return {
      anyOf: [
        context.add([{ value: { type: 'null', ...input.flags }, file: '' }]),
        context.add([{ value: { enum: others, ...input.flags }, file: '' }]),
      ],
    };
  if (others.length === 2 && others.every((value) => typeof value === 'boolean'))
    return { type: 'boolean', ...input.flags };
  return { values, ...input.flags };
}

function isOfType(value: Json, type: JsonType): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function numbersOf(
  context: MergeContext,
  { own, type }: { readonly own: Own; readonly type: JsonType | undefined },
): Pick<PlainSchema, 'lower' | 'upper' | 'multipleOf'> {
  const lower = strictest(
    own.flatMap(({ value }) => boundsOf(context.dialect, { value, side: 'Minimum' })),
    1,
  );
  const upper = strictest(
    own.flatMap(({ value }) => boundsOf(context.dialect, { value, side: 'Maximum' })),
    -1,
  );
  const steps = numbersAt(own, 'multipleOf').filter((step) => step > 0);
  return {
    ...(lower === undefined ? {} : { lower: wholeBound(lower, { type, step: 1 }) }),
    ...(upper === undefined ? {} : { upper: wholeBound(upper, { type, step: -1 }) }),
    ...(steps.length === 0 ? {} : { multipleOf: Math.max(...steps) }),
  };
}

function boundsOf(
  dialect: Dialect,
  { value, side }: { readonly value: JsonObject; readonly side: 'Minimum' | 'Maximum' },
): readonly Bound[] {
  const inclusive = value[side.toLowerCase()];
  const exclusive = value[`exclusive${side}`];
  const bounds: Bound[] = [];
  if (typeof inclusive === 'number')
    bounds.push({ value: inclusive, exclusive: dialect.openapi30 && exclusive === true });
  if (typeof exclusive === 'number') bounds.push({ value: exclusive, exclusive: true });
  return bounds;
}

function strictest(bounds: readonly Bound[], direction: 1 | -1): Bound | undefined {
  return bounds.toSorted((a, b) => direction * (b.value - a.value) || Number(b.exclusive) - Number(a.exclusive))[0];
}

/** Of integers, more than 0 is at least 1. */
function wholeBound(
  bound: Bound,
  { type, step }: { readonly type: JsonType | undefined; readonly step: 1 | -1 },
): Bound {
  return type === 'integer' && bound.exclusive && Number.isInteger(bound.value)
    ? { value: bound.value + step, exclusive: false }
    : bound;
}

function textRulesOf(own: Own): Pick<PlainSchema, 'patterns' | 'minLength' | 'maxLength'> {
  const patterns = distinct(textsOf(own, 'pattern'));
  return {
    ...(patterns.length === 0 ? {} : { patterns }),
    ...largest('minLength', numbersAt(own, 'minLength')),
    ...smallest('maxLength', numbersAt(own, 'maxLength')),
  };
}

function fieldsOf(
  context: MergeContext,
  own: Own,
): Pick<PlainSchema, 'fields' | 'required' | 'otherFields' | 'minFields' | 'maxFields'> {
  const parts = own.map((at) => ({ at, named: mapAt(context, at), others: othersOf(at.value) }));
  const names = distinct(parts.flatMap(({ named }) => Object.keys(named)));
  const fields = names.map((name) => {
    const members = parts.flatMap(({ at, named, others }): readonly Member[] => {
      if (Object.hasOwn(named, name)) return [{ value: named[name] as JsonObject | boolean, file: at.file }];
      return others.forNamed === undefined ? [] : [{ value: others.forNamed, file: at.file }];
    });
    return [name, context.add(members)] as const;
  });
  const others = parts.flatMap(({ at, others: each }): readonly Member[] =>
    [each.forNamed, each.forRest].flatMap((value) => (value === undefined ? [] : [{ value, file: at.file }])),
  );
  const required = distinct(
    own.flatMap(({ value }) =>
      Array.isArray(value['required'])
        ? value['required'].filter((name): name is string => typeof name === 'string')
        : [],
    ),
  );
  return {
    ...(fields.length === 0 ? {} : { fields }),
    ...(required.length === 0 ? {} : { required }),
    ...(others.length === 0 ? {} : { otherFields: context.add(others) }),
    ...largest('minFields', numbersAt(own, 'minProperties')),
    ...smallest('maxFields', numbersAt(own, 'maxProperties')),
  };
}

/**
 * What holds for fields that a schema does not name: `forNamed` where another schema names them, beside
 * `patternProperties` nobody can tell; `forRest` (`unevaluatedProperties`) only where none does.
 */
function othersOf(value: JsonObject): {
  readonly forNamed?: JsonObject | boolean;
  readonly forRest?: JsonObject | boolean;
} {
  const additional = value['patternProperties'] === undefined ? value['additionalProperties'] : undefined;
  const rest = value['unevaluatedProperties'];
  return {
    ...(additional === undefined || additional === true ? {} : { forNamed: additional as JsonObject | boolean }),
    ...(rest === undefined || rest === true ? {} : { forRest: rest as JsonObject | boolean }),
  };
}

function mapAt(context: MergeContext, at: Located<JsonObject>): JsonObject {
  const map = at.value['properties'];
  if (map === undefined) return {};
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw context.sources.fault(at, 'properties is a map of schemas by their names');
  return map as JsonObject;
}

function itemsOf(
  context: MergeContext,
  own: Own,
): Pick<PlainSchema, 'firstItems' | 'items' | 'minItems' | 'maxItems' | 'uniqueItems'> {
  const parts = own.map(({ value, file }) => {
    const old = Array.isArray(value['items']);
    const first = (old ? value['items'] : value['prefixItems']) as readonly unknown[] | undefined;
    const rest = old ? value['additionalItems'] : value['items'];
    return { file, first: Array.isArray(first) ? first : [], rest };
  });
  const at = (index: number): readonly Member[] =>
    parts.flatMap(({ file, first, rest }): readonly Member[] => {
      const value = index < first.length ? first[index] : rest;
      return value === undefined ? [] : [{ value: value as JsonObject | boolean, file }];
    });
  const count = Math.max(0, ...parts.map(({ first }) => first.length));
  const rest = at(Number.POSITIVE_INFINITY);
  return {
    ...(count === 0 ? {} : { firstItems: Array.from({ length: count }, (_, index) => context.add(at(index))) }),
    ...(rest.length === 0 ? {} : { items: context.add(rest) }),
    ...largest('minItems', numbersAt(own, 'minItems')),
    ...smallest('maxItems', numbersAt(own, 'maxItems')),
    ...(own.some(({ value }) => value['uniqueItems'] === true) ? { uniqueItems: true as const } : {}),
  };
}

function numbersAt(own: Own, keyword: string): readonly number[] {
  return own.flatMap(({ value }) => (typeof value[keyword] === 'number' ? [value[keyword]] : []));
}

function textsOf(own: Own, keyword: string): readonly string[] {
  return own.flatMap(({ value }) => (typeof value[keyword] === 'string' ? [value[keyword]] : []));
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** The largest of lower bounds; 0 says nothing. */
function largest<Key extends string>(key: Key, values: readonly number[]): Partial<Record<Key, number>> {
  const value = Math.max(0, ...values);
  return value === 0 ? {} : ({ [key]: value } as Record<Key, number>);
}

function smallest<Key extends string>(key: Key, values: readonly number[]): Partial<Record<Key, number>> {
  return values.length === 0 ? {} : ({ [key]: Math.min(...values) } as Record<Key, number>);
}
