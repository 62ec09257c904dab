import type { PlainSchema, SchemaRef, SchemaTable } from './element.ts';
import type { Incompatibility, IncompatibilityCode } from './incompatibility.ts';

/** Whether the consumer writes what the provider reads (`input`), or reads what the provider writes (`output`). */
export type Direction = 'input' | 'output';

/** One pair to compare: does every value that is written satisfy what is read? */
export interface Goal {
  readonly written: SchemaRef;
  readonly read: SchemaRef;
  readonly place: string;
}

/** What is common to all pairs of one comparison. */
export interface Comparison {
  readonly written: SchemaTable;
  readonly read: SchemaTable;
  readonly direction: Direction;
}

export interface PlainPair {
  readonly written: PlainSchema;
  readonly read: PlainSchema;
}

/** What a pair of plain schemas says by itself, and the pairs of their parts; places count from the pair. */
export interface PlainResult {
  readonly reasons: readonly Incompatibility[];
  readonly goals: readonly Goal[];
}

/** Whether two schemas are one and the same, as far as their hashes say. */
export function areEqual(comparison: Comparison, written: SchemaRef, read: SchemaRef): boolean {
  const hash = comparison.written.hashes[written];
  return hash !== undefined && hash === comparison.read.hashes[read];
}

export const nothing: PlainResult = { reasons: [], goals: [] };

/** One reason of a code that depends on who writes. */
export function differs(
  direction: Direction,
  codes: readonly [input: IncompatibilityCode, output: IncompatibilityCode],
  detail: string,
): Incompatibility {
  return { code: direction === 'input' ? codes[0] : codes[1], place: '', detail };
}

export const boundCodes = ['bound-narrowed', 'bound-widened'] as const;

export interface Limits {
  readonly written: number | undefined;
  readonly read: number | undefined;
}

export function atLeast(direction: Direction, what: string, limits: Limits): Incompatibility[] {
  if (limits.read === undefined || (limits.written ?? 0) >= limits.read) return [];
  return [differs(direction, boundCodes, bounds(`smallest ${what}`, direction, limits))];
}

export function atMost(direction: Direction, what: string, limits: Limits): Incompatibility[] {
  if (limits.read === undefined || (limits.written ?? Number.POSITIVE_INFINITY) <= limits.read) return [];
  return [differs(direction, boundCodes, bounds(`largest ${what}`, direction, limits))];
}

/** A bound before and after, in words. */
export function bounds(what: string, direction: Direction, { written, read }: Limits): string {
  const [now, then] = direction === 'input' ? [read, written] : [written, read];
  return `the ${what} was ${then ?? 'open'} and is ${now ?? 'open'}`;
}
