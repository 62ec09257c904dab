import type { Json, OpaqueRule } from '@almanac/domain';
import { canonical, canonicalJson } from '../canonical.ts';
import type { JsonObject, Located } from '../syntax/sources.ts';
import type { MergeContext } from './merge-own.ts';

/** Keywords that lead to one schema, to several by their names, and to none. */
const withSchema = ['not', 'propertyNames', 'contains', 'unevaluatedItems', 'contentSchema'] as const;
const withSchemas = ['patternProperties', 'dependentSchemas', 'dependencies'] as const;
const without = ['dependentRequired', 'contentEncoding', 'contentMediaType', 'xml'] as const;
/** Keywords that belong to another one. */
const besides: Readonly<Record<string, readonly string[]>> = { contains: ['minContains', 'maxContains'] };

/** The rules of JSON Schema of which only equality is decided. */
export function opaqueRulesOf(context: MergeContext, own: readonly Located<JsonObject>[]): readonly OpaqueRule[] {
  const rules = own.flatMap((at) => [
    ...conditionOf(context, at),
    ...simpleRulesOf(context, at),
    ...namedRulesOf(context, at),
  ]);
  return rules.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ keyword, detail }: OpaqueRule): string {
  return `${keyword} ${canonicalJson(detail)}`;
}

function conditionOf(context: MergeContext, { value, file }: Located<JsonObject>): readonly OpaqueRule[] {
  if (value['if'] === undefined) return [];
  const parts = (['if', 'then', 'else'] as const).filter((part) => value[part] !== undefined);
  return [
    {
      keyword: 'if',
      detail: parts,
      schemas: parts.map((part) => context.add([{ value: value[part] as JsonObject | boolean, file }])),
    },
  ];
}

function simpleRulesOf(context: MergeContext, { value, file }: Located<JsonObject>): readonly OpaqueRule[] {
  const led = withSchema
    .filter((keyword) => value[keyword] !== undefined)
    .map((keyword): OpaqueRule => {
      const more = (besides[keyword] ?? []).filter((each) => value[each] !== undefined);
      return {
        keyword,
        detail: more.map((each): Json => [each, value[each] as Json]),
        schemas: [context.add([{ value: value[keyword] as JsonObject | boolean, file }])],
      };
    });
  const plain = without
    .filter((keyword) => value[keyword] !== undefined)
    .map((keyword): OpaqueRule => ({ keyword, detail: canonical(value[keyword] as Json), schemas: [] }));
  return [...led, ...plain];
}

function namedRulesOf(context: MergeContext, { value, file }: Located<JsonObject>): readonly OpaqueRule[] {
  return withSchemas.flatMap((keyword): readonly OpaqueRule[] => {
    const map = value[keyword];
    if (typeof map !== 'object' || map === null || Array.isArray(map)) return [];
    const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
    // Draft-07 lists names here as well.
    const detail = entries.map(([name, each]): Json => [name, Array.isArray(each) ? (each as readonly Json[]) : null]);
    const schemas = entries
      .filter(([, each]) => !Array.isArray(each))
      .map(([, each]) => context.add([{ value: each as JsonObject | boolean, file }]));
    const others = keyword === 'patternProperties' ? value['additionalProperties'] : undefined;
    if (others === undefined) return [{ keyword, detail, schemas }];
    return [
      {
        keyword,
        detail: [...detail, 'others'],
        schemas: [...schemas, context.add([{ value: others as JsonObject | boolean, file }])],
      },
    ];
  });
}
