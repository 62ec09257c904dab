import type { JsonType } from '@almanac/domain';
import { jsonTypes } from '@almanac/domain';
import { canonicalJson } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { JsonObject, Located, Sources } from '../syntax/sources.ts';
import type { Dialect } from './dialect.ts';

/** A schema as it stands in a file. */
export type Member = Located<JsonObject | boolean>;

/** One of several schemas that must hold. */
export interface Choice {
  readonly alternatives: readonly Member[];
  /** Exactly one may hold. */
  readonly exclusive: boolean;
  readonly discriminator?: { readonly field: string; readonly values: readonly string[] };
}

/** A set of schemas that hold together, taken apart: what they say by themselves, and the choices that they leave. */
export interface Taken {
  /** Their own keywords count, without those that lead to others. */
  readonly own: readonly Located<JsonObject>[];
  readonly never: boolean;
  readonly choices: readonly Choice[];
}

/** A schema that holds only what a type or a single value is; made once for each, so that equal sets are found equal. */
export interface Made {
  readonly ofType: (type: JsonType) => Member;
  /** The schema without `nullable`. */
  readonly withoutNull: (member: Located<JsonObject>) => Member;
}

export function createMade(): Made {
  const types = new Map(jsonTypes.map((type) => [type, { value: { type }, file: '' } satisfies Member]));
  const stripped = new WeakMap<object, Member>();
  return {
    ofType: (type) => types.get(type) ?? { value: { type }, file: '' },
    withoutNull: ({ value, file }) => {
      const known = stripped.get(value);
      if (known !== undefined) return known;
      const { nullable: _, ...rest } = value;
      const member: Member = { value: rest, file };
      stripped.set(value, member);
      return member;
    },
  };
}

interface Context {
  readonly sources: Sources;
  readonly dialect: Dialect;
  readonly made: Made;
}

/**
 * Follows `$ref` and `allOf` of schemas that hold together, until only their own keywords and their choices are left.
 *
 * @throws {ContractFault} for a schema that refers to nothing but itself
 */
export function takeApart(context: Context, members: readonly Member[]): Taken {
  const own: Located<JsonObject>[] = [];
  const choices: Choice[] = [];
  const done = new Set<object>();
  const active = new Set<object>();
  let never = false;
  const visit = (member: Member): void => {
    const { value, file } = member;
    if (value === true) return;
    if (value === false) {
      never = true;
      return;
    }
    const at: Located<JsonObject> = { value, file };
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw context.sources.fault(member, 'a schema is an object, true or false');
    if (active.has(value)) throw context.sources.fault(at, 'this schema refers to nothing but itself');
    if (done.has(value)) return;
    if (active.size > limits.depth)
      throw context.sources.fault(at, `schemas refer to each other over more than ${limits.depth} steps`);
    active.add(value);
    const reference = value['$ref'] ?? value['$dynamicRef'] ?? value['$recursiveRef'];
    if (typeof reference === 'string') visit(asMember(context, context.sources.resolve(at, reference)));
    if (typeof reference !== 'string' || !context.dialect.refStandsAlone) takeOwn(context, { at, own, choices, visit });
    active.delete(value);
    done.add(value);
  };
  for (const member of members) visit(member);
  return { own, never, choices };
}

function takeOwn(
  context: Context,
  input: {
    readonly at: Located<JsonObject>;
    readonly own: Located<JsonObject>[];
    readonly choices: Choice[];
    readonly visit: (member: Member) => void;
  },
): void {
  const { at, choices } = input;
  const { value, file } = at;
  if (context.dialect.openapi30 && value['nullable'] === true) {
    choices.push({ alternatives: [context.made.ofType('null'), context.made.withoutNull(at)], exclusive: false });
    return;
  }
  input.own.push(at);
  const types = typesOf(context, at);
  if (types !== undefined && types.length !== 1)
    choices.push({ alternatives: types.map(context.made.ofType), exclusive: false });
  for (const each of listAt(context, { at, keyword: 'allOf' })) input.visit({ value: each, file });
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const alternatives = listAt(context, { at, keyword }).map((each): Member => ({ value: each, file }));
    if (alternatives.length === 1 && alternatives[0] !== undefined) input.visit(alternatives[0]);
    else if (alternatives.length > 1) {
      const discriminator = discriminatorOf(at, alternatives);
      choices.push({
        alternatives,
        exclusive: keyword === 'oneOf',
        ...(discriminator === undefined ? {} : { discriminator }),
      });
    }
  }
}

/** The types that a schema lists; undefined where it says nothing or all. */
function typesOf(context: Context, at: Located<JsonObject>): readonly JsonType[] | undefined {
  const { type } = at.value;
  if (type === undefined) return undefined;
  const listed: readonly unknown[] = Array.isArray(type) ? [...new Set<unknown>(type)] : [type];
  const types = jsonTypes.filter((each) => listed.includes(each));
  const [unknown] = listed.filter((each) => !jsonTypes.includes(each as JsonType));
  if (unknown !== undefined || types.length === 0)
    throw context.sources.fault(at, `type ${canonicalJson(unknown ?? type)} is none of ${jsonTypes.join(', ')}`);
  const withoutIntegers = types.includes('number') ? types.filter((each) => each !== 'integer') : types;
  return withoutIntegers.length >= jsonTypes.length - 1 ? undefined : withoutIntegers;
}

function listAt(
  context: Context,
  input: { readonly at: Located<JsonObject>; readonly keyword: 'allOf' | 'anyOf' | 'oneOf' },
): readonly (JsonObject | boolean)[] {
  const list = input.at.value[input.keyword];
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length === 0)
    throw context.sources.fault(input.at, `${input.keyword} is a list of schemas`);
  return list as readonly (JsonObject | boolean)[];
}

/** The values of a discriminator: those of its mapping, else the names of the schemas that are referred to. */
function discriminatorOf(at: Located<JsonObject>, alternatives: readonly Member[]): Choice['discriminator'] {
  const discriminator = at.value['discriminator'];
  if (typeof discriminator !== 'object' || discriminator === null) return undefined;
  const { propertyName: field, mapping } = discriminator as JsonObject;
  if (typeof field !== 'string') return undefined;
  const values =
    typeof mapping === 'object' && mapping !== null
      ? Object.keys(mapping)
      : alternatives.flatMap(({ value }) => {
          const reference = typeof value === 'object' ? value['$ref'] : undefined;
          return typeof reference === 'string' ? [reference.slice(reference.lastIndexOf('/') + 1)] : [];
        });
  return { field, values: values.sort() };
}

function asMember(context: Context, located: Located): Member {
  const { value, file } = located;
  if (typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return { value: value as JsonObject | boolean, file };
  throw context.sources.fault(located, 'a reference leads to what is no schema');
}
