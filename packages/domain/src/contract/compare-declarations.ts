import type { ExportElement, Json } from './element.ts';
import type { Incompatibility } from './incompatibility.ts';

/** Beyond so many pairs of syntax nobody can tell in bounded time. */
const mostSteps = 200_000;
const deepest = 500;

interface State {
  readonly provided: ExportElement;
  readonly builtAgainst: ExportElement;
  readonly reasons: Incompatibility[];
  /** Pairs of declarations that were looked at, or are: they may name each other in circles. */
  readonly seen: Set<string>;
  steps: number;
}

interface Pair {
  readonly now: Json | undefined;
  readonly was: Json | undefined;
  readonly place: string;
  readonly depth: number;
}

type Syntax = { readonly [key: string]: Json };

/**
 * Compares the declarations of an export by their syntax. Without a type checker little can be proven, so only three
 * differences pass: parameters that may be left out, appended; optional members added to a type; members added to a
 * class. All others are told as what they are, or as something that nobody can tell.
 */
export function compareDeclarations(provided: ExportElement, builtAgainst: ExportElement): readonly Incompatibility[] {
  const state: State = { provided, builtAgainst, reasons: [], seen: new Set(), steps: 0 };
  compareDeclaration(state, { now: 0, was: 0, place: '', depth: 0 });
  return state.reasons;
}

function compareDeclaration(
  state: State,
  pair: { readonly now: number; readonly was: number; readonly place: string; readonly depth: number },
): void {
  const key = `${pair.now} ${pair.was}`;
  if (state.seen.has(key)) return;
  state.seen.add(key);
  compareSyntax(state, {
    ...pair,
    now: state.provided.declarations[pair.now],
    was: state.builtAgainst.declarations[pair.was],
  });
}

function compareSyntax(state: State, pair: Pair): void {
  const { now, was, place } = pair;
  state.steps += 1;
  if (state.steps > mostSteps || pair.depth > deepest) {
    if (state.steps <= mostSteps + 1) tell(state, 'cannot-tell', place, 'the declaration is too large to compare');
    return;
  }
  if (isList(now) && isList(was)) compareLists(state, { ...pair, now, was });
  else if (isSyntax(now) && isSyntax(was)) compareNodes(state, { ...pair, now, was });
  else if (now !== was) tell(state, 'cannot-tell', place, 'the declaration reads otherwise');
}

function compareNodes(state: State, pair: Pair & { readonly now: Syntax; readonly was: Syntax }): void {
  const { now, was, place } = pair;
  const depth = pair.depth + 1;
  const [one, other] = [now['declaration'], was['declaration']];
  if (typeof one === 'number' && typeof other === 'number') {
    compareDeclaration(state, { now: one, was: other, place, depth });
    return;
  }
  if (now['type'] !== was['type']) {
    tell(state, 'cannot-tell', place, `it was a ${String(was['type'])} and is a ${String(now['type'])}`);
    return;
  }
  for (const key of new Set([...Object.keys(now), ...Object.keys(was)])) {
    const part = { now: now[key], was: was[key], place, depth };
    if (key === 'members' && isList(part.now) && isList(part.was))
      compareMembers(state, { ...part, now: part.now, was: part.was, isClass: now['type'] === 'ClassBody' });
    else if (key === 'params' && isList(part.now) && isList(part.was))
      compareParameters(state, { ...part, now: part.now, was: part.was });
    else compareSyntax(state, part);
  }
}

type ListPair = Pair & { readonly now: readonly Json[]; readonly was: readonly Json[] };

function compareLists(state: State, pair: ListPair): void {
  if (pair.now.length !== pair.was.length) {
    tell(state, 'cannot-tell', pair.place, 'the declaration reads otherwise');
    return;
  }
  for (const [index, now] of pair.now.entries())
    compareSyntax(state, { now, was: pair.was[index], place: pair.place, depth: pair.depth + 1 });
}

function compareParameters(state: State, pair: ListPair): void {
  const { now, was, place } = pair;
  for (const [index, each] of was.entries()) {
    const at = `${place} parameter ${index + 1}`.trim();
    if (index >= now.length) tell(state, 'declaration-changed', at, `parameter ${index + 1} is not there any more`);
    else compareSyntax(state, { now: now[index], was: each, place: at, depth: pair.depth + 1 });
  }
  for (const [index, each] of now.entries()) {
    if (index < was.length || mayBeLeftOut(each)) continue;
    tell(state, 'declaration-changed', place, `parameter ${index + 1} is there now and may not be left out`);
  }
}

function mayBeLeftOut(parameter: Json): boolean {
  return isSyntax(parameter) && (parameter['optional'] === true || parameter['type'] === 'RestElement');
}

function compareMembers(state: State, pair: ListPair & { readonly isClass: boolean }): void {
  const now = byKey(pair.now);
  const was = byKey(pair.was);
  for (const [key, member] of was) {
    const place = `${pair.place}/${key}`;
    const found = now.get(key);
    if (found === undefined) tell(state, 'declaration-changed', place, `the member ${key} is not there any more`);
    else compareSyntax(state, { now: found, was: member, place, depth: pair.depth + 1 });
  }
  for (const [key, member] of now) {
    if (was.has(key) || pair.isClass || (isSyntax(member) && member['optional'] === true)) continue;
    tell(
      state,
      'cannot-tell',
      `${pair.place}/${key}`,
      `the member ${key} was added; whoever makes such a value lacks it`,
    );
  }
}

function byKey(members: readonly Json[]): ReadonlyMap<string, Json> {
  return new Map(members.map((member, index) => [isSyntax(member) ? String(member['key']) : String(index), member]));
}

function tell(state: State, code: 'declaration-changed' | 'cannot-tell', place: string, detail: string): void {
  state.reasons.push({ code, place, detail });
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isSyntax(value: Json | undefined): value is Syntax {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
