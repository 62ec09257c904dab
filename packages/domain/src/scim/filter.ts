import { type RefusalCode, refuse } from '../refusal/refusal.ts';
import type { ScimAttributePath } from './schema.ts';
import { type ScimToken, scimFilterLimits, scimTokens } from './tokens.ts';

export const scimOperators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type ScimOperator = (typeof scimOperators)[number];
export type ScimValue = string | number | boolean | null;

/** A filter as a tree (RFC 7644, section 3.4.2.2). Names are as they were written; nothing is known of any schema yet. */
export type ScimFilter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly ScimFilter[] }
  | { readonly kind: 'not'; readonly part: ScimFilter }
  | { readonly kind: 'present'; readonly path: ScimAttributePath }
  | {
      readonly kind: 'compare';
      readonly path: ScimAttributePath;
      readonly operator: ScimOperator;
      readonly value: ScimValue;
    }
  /** One value of several for which the whole of `filter` holds. */
  | { readonly kind: 'within'; readonly path: ScimAttributePath; readonly filter: ScimFilter };

/** What a patch changes: an attribute, perhaps only the values that a filter finds, perhaps only a part of them. */
export interface ScimPath {
  readonly attribute: ScimAttributePath;
  readonly filter: ScimFilter | null;
  /** The part behind the filter. */
  readonly sub: string | null;
}

type Code = Extract<RefusalCode, 'invalid-filter' | 'invalid-path'>;

/** What is read, and how far. */
interface Reader {
  readonly code: Code;
  readonly tokens: readonly ScimToken[];
  at: number;
  comparisons: number;
}

/**
 * Reads a filter.
 *
 * @throws {DomainError} `invalid-filter` with what is wrong
 */
export function parseScimFilter(text: string): ScimFilter {
  const reader: Reader = { code: 'invalid-filter', tokens: scimTokens(text, 'invalid-filter'), at: 0, comparisons: 0 };
  const filter = readAny(reader, { depth: 0, within: false });
  if (reader.at < reader.tokens.length) refuse('invalid-filter', `${shown(reader)} is not expected here`);
  return filter;
}

/**
 * Reads the path of a patch, such as `name.givenName` or `members[value eq "0198…"]`.
 *
 * @throws {DomainError} `invalid-path` with what is wrong
 */
export function parseScimPath(text: string): ScimPath {
  const reader: Reader = { code: 'invalid-path', tokens: scimTokens(text, 'invalid-path'), at: 0, comparisons: 0 };
  const attribute = attributePath(readWord(reader), 'invalid-path');
  let [filter, sub]: [ScimFilter | null, string | null] = [null, null];
  if (takeMark(reader, '[')) {
    filter = readAny(reader, { depth: 1, within: true });
    expectMark(reader, ']');
    if (takeMark(reader, '.')) sub = partName(readWord(reader));
  }
  if (reader.at < reader.tokens.length) refuse('invalid-path', `${shown(reader)} is not expected here`);
  return { attribute, filter, sub };
}

function partName(text: string): string {
  return /^[A-Za-z$][\w$-]*$/.test(text) ? text : refuse('invalid-path', `${text} is no name of a part`);
}

interface Place {
  readonly depth: number;
  /** Whether it stands in brackets: there are none in them. */
  readonly within: boolean;
}

/** `or` binds less than `and`, `and` less than `not`. */
function readAny(reader: Reader, place: Place): ScimFilter {
  if (place.depth > scimFilterLimits.depth)
    refuse(reader.code, `it is nested deeper than ${scimFilterLimits.depth} levels`);
  const parts = [readAll(reader, place)];
  while (takeWord(reader, 'or')) parts.push(readAll(reader, place));
  return joined('or', parts);
}

function readAll(reader: Reader, place: Place): ScimFilter {
  const parts = [readOne(reader, place)];
  while (takeWord(reader, 'and')) parts.push(readOne(reader, place));
  return joined('and', parts);
}

function joined(kind: 'and' | 'or', parts: readonly ScimFilter[]): ScimFilter {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { kind, parts };
}

function readOne(reader: Reader, place: Place): ScimFilter {
  const negated = takeWord(reader, 'not');
  if (negated || peekMark(reader, '(')) {
    expectMark(reader, '(');
    const part = readAny(reader, { ...place, depth: place.depth + 1 });
    expectMark(reader, ')');
    return negated ? { kind: 'not', part } : part;
  }
  reader.comparisons += 1;
  if (reader.comparisons > scimFilterLimits.comparisons)
    refuse(reader.code, `it compares more than ${scimFilterLimits.comparisons} times`);
  const path = attributePath(readWord(reader), reader.code);
  if (takeMark(reader, '[')) {
    if (place.within) refuse(reader.code, 'there are no brackets within brackets');
    const filter = readAny(reader, { depth: place.depth + 1, within: true });
    expectMark(reader, ']');
    return { kind: 'within', path, filter };
  }
  const word = readWord(reader).toLowerCase();
  if (word === 'pr') return { kind: 'present', path };
  const operator = scimOperators.find((each) => each === word);
  if (operator === undefined) return refuse(reader.code, `${word} is no operator: ${scimOperators.join(', ')} or pr`);
  return { kind: 'compare', path, operator, value: readValue(reader) };
}

function readValue(reader: Reader): ScimValue {
  const token = reader.tokens[reader.at];
  reader.at += 1;
  if (token?.kind === 'value') return token.value;
  const literals: Readonly<Record<string, ScimValue>> = { true: true, false: false, null: null };
  const word = token?.kind === 'word' ? token.text.toLowerCase() : '';
  if (Object.hasOwn(literals, word)) return literals[word] as ScimValue;
  reader.at -= 1;
  return refuse(reader.code, `a value is expected, and not ${shown(reader)}`);
}

/** What stands before the last colon is the URN of a schema, which has points of its own. */
function attributePath(text: string, code: Code): ScimAttributePath {
  const colon = text.lastIndexOf(':');
  const schema = colon < 0 ? null : text.slice(0, colon);
  const [name = '', sub = null, ...more] = text.slice(colon + 1).split('.');
  if (!/^[A-Za-z$][\w$-]*$/.test(name) || more.length > 0) refuse(code, `${text} is no name of an attribute`);
  return { schema, name, sub };
}

function readWord(reader: Reader): string {
  const token = reader.tokens[reader.at];
  if (token?.kind !== 'word') return refuse(reader.code, `a name is expected, and not ${shown(reader)}`);
  reader.at += 1;
  return token.text;
}

function takeWord(reader: Reader, word: string): boolean {
  const token = reader.tokens[reader.at];
  const taken = token?.kind === 'word' && token.text.toLowerCase() === word;
  if (taken) reader.at += 1;
  return taken;
}

function peekMark(reader: Reader, mark: string): boolean {
  const token = reader.tokens[reader.at];
  return token?.kind === 'mark' && token.text === mark;
}

function takeMark(reader: Reader, mark: string): boolean {
  const taken = peekMark(reader, mark);
  if (taken) reader.at += 1;
  return taken;
}

function expectMark(reader: Reader, mark: string): void {
  if (!takeMark(reader, mark)) refuse(reader.code, `${mark} is expected, and not ${shown(reader)}`);
}

function shown({ tokens, at }: Reader): string {
  return tokens[at]?.text ?? 'the end';
}
