import { areEqual, type Comparison, type Goal } from './comparison.ts';
import type { Schema, SchemaRef } from './element.ts';
import type { Incompatibility, IncompatibilityCode } from './incompatibility.ts';
import { comparePlain } from './plain-schemas.ts';

/** Beyond so many pairs, or alternatives within alternatives, nobody can tell in bounded time. */
const mostSteps = 100_000;
const deepestTrial = 400;

interface State extends Comparison {
  /** Pairs that hold, or are assumed to while they are looked at: what leads back to itself holds unless something fails. */
  readonly holding: Set<string>;
  /** Pairs that were tried and fail, whatever is assumed. */
  readonly failing: Map<string, 'fails' | 'unclear'>;
  steps: number;
}

/**
 * Compares schemas that may refer to themselves: the greatest relation in which each pair holds by its own rules and
 * leads only to pairs that hold (subtyping of recursive types, after Amadio and Cardelli 1993). Pairs are taken from a
 * queue, so that depth costs no stack; only where several alternatives might fit is each tried by itself.
 */
export function compareSchemas(comparison: Comparison, goals: readonly Goal[]): readonly Incompatibility[] {
  const state: State = { ...comparison, holding: new Set(), failing: new Map(), steps: 0 };
  return solve(state, { goals, depth: 0 }).reasons;
}

interface Solved {
  readonly reasons: readonly Incompatibility[];
  /** Pairs that were added to what holds. */
  readonly added: readonly string[];
}

function solve(state: State, input: { readonly goals: readonly Goal[]; readonly depth: number }): Solved {
  const { depth } = input;
  const queue = [...input.goals];
  const reasons: Incompatibility[] = [];
  const added: string[] = [];
  for (let at = 0; at < queue.length; at += 1) {
    const goal = queue[at] as Goal;
    const key = `${goal.written} ${goal.read}`;
    if (state.holding.has(key) || areEqual(state, goal.written, goal.read)) continue;
    state.holding.add(key);
    added.push(key);
    state.steps += 1;
    const step =
      state.steps > mostSteps ? { reasons: [tooMuch(goal)], goals: [], added: [] } : look(state, { goal, depth });
    reasons.push(...step.reasons);
    queue.push(...step.goals);
    added.push(...step.added);
    // A trial is over with the first failure; so is everything once the bound is passed.
    if (reasons.length > 0 && (depth > 0 || state.steps > mostSteps)) break;
  }
  return { reasons, added };
}

interface Step {
  readonly reasons: readonly Incompatibility[];
  readonly goals: readonly Goal[];
  readonly added: readonly string[];
}

/** What one pair says by itself, and which pairs it leads to. */
function look(state: State, input: { readonly goal: Goal; readonly depth: number }): Step {
  const { goal } = input;
  const written = state.written.schemas[goal.written];
  const read = state.read.schemas[goal.read];
  if (written === undefined || read === undefined)
    return failed(goal, 'cannot-tell', 'it refers to a schema that is not there');
  if ('anyOf' in written) {
    const reasons = [...compareDiscriminators(state, goal), ...compareExclusiveness(state, goal)];
    return { reasons, goals: written.anyOf.map((each) => ({ ...goal, written: each })), added: [] };
  }
  if ('anyOf' in read) return chooseAlternative(state, input);
  const { reasons, goals } = comparePlain(state, { written, read });
  return {
    reasons: reasons.map((each) => ({ ...each, place: goal.place + each.place })),
    goals: goals.map((each) => ({ ...each, place: goal.place + each.place })),
    added: [],
  };
}

/** Finds an alternative of what is read that takes all of a plain schema that is written. */
function chooseAlternative(state: State, input: { readonly goal: Goal; readonly depth: number }): Step {
  const { goal, depth } = input;
  const read = state.read.schemas[goal.read];
  const alternatives = read !== undefined && 'anyOf' in read ? read.anyOf : [];
  const goals = alternatives.map((each): Goal => ({ ...goal, read: each }));
  const known = goals.find(
    (each) => areEqual(state, each.written, each.read) || state.holding.has(`${each.written} ${each.read}`),
  );
  if (known !== undefined) return { reasons: [], goals: [], added: [] };
  const looks = goals.map((each) => firstLook(state, each));
  const candidates = goals.filter((_, index) => looks[index] === 'may-fit');
  const [only] = candidates.length > 0 ? candidates : sameType(state, goals);
  if (only !== undefined && candidates.length < 2) return { reasons: [], goals: [only], added: [] };
  if (depth >= deepestTrial && candidates.length > 0) return { reasons: [tooMuch(goal)], goals: [], added: [] };
  let isUnclear = looks.includes('unclear');
  for (const candidate of candidates) {
    const tried = tryOut(state, { goal: candidate, depth });
    if (tried.outcome === 'fits') return { reasons: [], goals: [], added: tried.added };
    if (tried.outcome === 'unclear') isUnclear = true;
  }
  return isUnclear
    ? failed(goal, 'cannot-tell', 'nobody can tell whether one of the alternatives fits')
    : noAlternative(state, goal);
}

type Tried =
  | { readonly outcome: 'fits'; readonly added: readonly string[] }
  | { readonly outcome: 'fails' | 'unclear' };

/** Looks whether one alternative fits, and leaves no trace where it does not. */
function tryOut(state: State, input: { readonly goal: Goal; readonly depth: number }): Tried {
  const key = `${input.goal.written} ${input.goal.read}`;
  const known = state.failing.get(key);
  if (known !== undefined) return { outcome: known };
  const solved = solve(state, { goals: [input.goal], depth: input.depth + 1 });
  if (solved.reasons.length === 0) return { outcome: 'fits', added: solved.added };
  // What held only under the assumption that failed is open again.
  for (const each of solved.added) state.holding.delete(each);
  const outcome = solved.reasons.some((each) => each.code === 'cannot-tell') ? 'unclear' : 'fails';
  state.failing.set(key, outcome);
  return { outcome };
}

/** What the two say by themselves about the pair, fields with few values included. */
function firstLook(state: State, goal: Goal): 'may-fit' | 'unclear' | 'fails' {
  const written = state.written.schemas[goal.written];
  const read = state.read.schemas[goal.read];
  if (written === undefined || read === undefined) return 'fails';
  if ('anyOf' in written || 'anyOf' in read) return 'may-fit';
  const { reasons, goals } = comparePlain(state, { written, read });
  if (reasons.some((each) => each.code !== 'cannot-tell')) return 'fails';
  if (reasons.length > 0) return 'unclear';
  const isApart = goals.some((each) => {
    const part = state.written.schemas[each.written];
    const other = state.read.schemas[each.read];
    if (part === undefined || other === undefined || 'anyOf' in part || 'anyOf' in other) return false;
    if (part.values === undefined || other.values === undefined) return false;
    return comparePlain(state, { written: part, read: other }).reasons.length > 0;
  });
  return isApart ? 'fails' : 'may-fit';
}

/** Where no alternative fits, the only one of the same type is what was meant; its faults say more. */
function sameType(state: State, goals: readonly Goal[]): readonly Goal[] {
  const type = typeAt(state.written.schemas, goals[0]?.written);
  const same = goals.filter((each) => type !== undefined && typeAt(state.read.schemas, each.read) === type);
  return same.length === 1 ? same : [];
}

function typeAt(schemas: readonly Schema[], ref: SchemaRef | undefined): string | undefined {
  const schema = ref === undefined ? undefined : schemas[ref];
  return schema === undefined || 'anyOf' in schema ? undefined : schema.type;
}

function noAlternative(state: State, goal: Goal): Step {
  const written = state.written.schemas[goal.written];
  const isNull = written !== undefined && !('anyOf' in written) && written.type === 'null';
  if (isNull)
    return state.direction === 'output'
      ? failed(goal, 'null-possible', 'it may be null now')
      : failed(goal, 'null-refused', 'null is refused now');
  return state.direction === 'output'
    ? failed(goal, 'union-widened', 'it may be something that none of the known alternatives allows')
    : failed(goal, 'union-narrowed', 'an alternative that was accepted is no longer');
}

function compareDiscriminators(state: State, goal: Goal): readonly Incompatibility[] {
  const written = state.written.schemas[goal.written];
  const read = state.read.schemas[goal.read];
  if (written === undefined || read === undefined || !('anyOf' in written) || !('anyOf' in read)) return [];
  const [now, then] = [written.discriminator, read.discriminator];
  if (then === undefined || now === undefined) return [];
  if (now.field !== then.field)
    return failed(
      goal,
      'discriminator-changed',
      `the field ${now.field} tells the alternatives apart where ${then.field} is read`,
    ).reasons;
  const unknown = now.values.filter((value) => !then.values.includes(value));
  if (unknown.length === 0) return [];
  return state.direction === 'output'
    ? failed(goal, 'union-widened', `alternatives were added: ${unknown.join(', ')}`).reasons
    : failed(goal, 'union-narrowed', `alternatives are no longer accepted: ${unknown.join(', ')}`).reasons;
}

function compareExclusiveness(state: State, goal: Goal): readonly Incompatibility[] {
  const written = state.written.schemas[goal.written];
  const read = state.read.schemas[goal.read];
  if (written === undefined || read === undefined || !('anyOf' in written) || !('anyOf' in read)) return [];
  if (read.exclusive !== true || written.exclusive === true) return [];
  return failed(goal, 'cannot-tell', 'exactly one alternative must hold where several might').reasons;
}

function failed(goal: Goal, code: IncompatibilityCode, detail: string): Step {
  return { reasons: [{ code, place: goal.place, detail }], goals: [], added: [] };
}

function tooMuch(goal: Goal): Incompatibility {
  return {
    code: 'cannot-tell',
    place: goal.place,
    detail: 'the schemas are nested too much to compare them in bounded time',
  };
}
