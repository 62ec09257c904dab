import type { ApplicationId } from '../identity/id.ts';
import type { Change } from './change.ts';
import type { Finding } from './finding.ts';

export interface CompletionInput {
  /** What the plan has already; it stays as it is. */
  readonly changes: readonly Change[];
  /**
   * The findings of a plan with these changes. Asked once for each step; whoever answers may let others go first, as long
   * as equal questions have equal answers during one search.
   */
  readonly analyse: (changes: readonly Change[]) => Promise<readonly Finding[]>;
  /** What may be added for an application, the best first: the builds that are available, removal where that is allowed. */
  readonly candidatesOf: (application: ApplicationId) => Promise<readonly Change[]>;
  /** The applications of which some build that may be added, or is there, provides a contract. */
  readonly providersOf: (contract: string) => Promise<readonly ApplicationId[]>;
  /** How many sets of operations may be looked at. */
  readonly budget: number;
}

export type Completion =
  | {
      /** With these further operations no error of a reference remains. */
      readonly outcome: 'complete';
      readonly operations: readonly Change[];
      /** Whether no smaller set exists; false when the budget ended before that was known. */
      readonly proven: boolean;
      readonly steps: number;
    }
  | {
      /** `impossible`: no set exists. `undecided`: the budget ended before one was found. */
      readonly outcome: 'impossible' | 'undecided';
      /** The chain that cannot be satisfied: each error comes from the attempt to mend the one before it. */
      readonly because: readonly Finding[];
      readonly steps: number;
    };

/**
 * The smallest set of further operations after which no error of a reference remains.
 *
 * Branch and bound over a hitting set: an error goes away only if its consumer changes or somebody who provides, or
 * could provide, the contract does; so every solution contains one of the operations that an error leads to. The search
 * deepens one operation at a time from a lower bound (errors that share no way out need one operation each), so the
 * first set that it finds is a smallest one. A greedy attempt comes first: its set is what is returned when the budget
 * ends, and the depth above which nothing needs to be tried. Equal questions have equal answers.
 */
export async function completePlan(input: CompletionInput): Promise<Completion> {
  const search = new Search(input);
  const greedy = await search.greedy();
  const deepest = greedy === undefined ? Number.POSITIVE_INFINITY : greedy.length - 1;
  for (let depth = 0; depth <= deepest; depth += 1) {
    const found = await search.within(depth);
    if (found === 'out-of-budget') break;
    if (found !== 'none' && found !== 'none-at-all')
      return { outcome: 'complete', operations: found, proven: true, steps: search.steps };
    if (found === 'none-at-all' && greedy === undefined)
      return { outcome: 'impossible', because: search.deadEnd(), steps: search.steps };
    if (depth === deepest && greedy !== undefined)
      return { outcome: 'complete', operations: greedy, proven: true, steps: search.steps };
  }
  if (greedy?.length === 0) return { outcome: 'complete', operations: [], proven: true, steps: search.steps };
  if (greedy !== undefined) return { outcome: 'complete', operations: greedy, proven: false, steps: search.steps };
  return { outcome: 'undecided', because: search.deadEnd(), steps: search.steps };
}

/** The errors that further operations can mend. */
export function referenceErrors(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((each) => each.severity === 'error' && each.contract !== null);
}

class OutOfBudget extends Error {}

/** One search: what it has looked at, and how many looks are left. */
class Search {
  readonly #input: CompletionInput;
  readonly #seen = new Map<string, readonly Finding[]>();
  readonly #providers = new Map<string, readonly ApplicationId[]>();
  readonly #candidates = new Map<ApplicationId, readonly Change[]>();
  #deadEnd: readonly Finding[] = [];
  #cut = false;
  steps = 0;

  constructor(input: CompletionInput) {
    this.#input = input;
  }

  /** A way through by the best option for the error with the fewest; undefined when it leads nowhere. */
  async greedy(): Promise<readonly Change[] | undefined> {
    try {
      const added: Change[] = [];
      const trail: Finding[] = [];
      for (;;) {
        const [narrowest, ...others] = (await this.#openErrors(added)).toSorted(
          (a, b) => a.options.length - b.options.length,
        );
        if (narrowest === undefined) return added;
        trail.push(narrowest.error);
        const forced = forcedBy([narrowest, ...others]);
        if (forced.length > 0) {
          added.push(...forced.filter((each, at) => forced.findIndex((other) => sameApplication(each, other)) === at));
          continue;
        }
        let best: { readonly option: Change; readonly errors: number } | undefined;
        for (const option of narrowest.options) {
          const { length: errors } = await this.#errors([...added, option]);
          if (best === undefined || errors < best.errors) best = { option, errors };
        }
        if (best === undefined) {
          this.#deadEnd = trail;
          return undefined;
        }
        added.push(best.option);
      }
    } catch (error) {
      if (error instanceof OutOfBudget) return undefined;
      throw error;
    }
  }

  /** A set of at most `depth` operations; `none-at-all` when a deeper search would not find one either. */
  async within(depth: number): Promise<readonly Change[] | 'none' | 'none-at-all' | 'out-of-budget'> {
    this.#cut = false;
    try {
      const found = await this.#descend({ added: [], forbidden: new Set(), depth });
      return found ?? (this.#cut ? 'none' : 'none-at-all');
    } catch (error) {
      if (error instanceof OutOfBudget) return 'out-of-budget';
      throw error;
    }
  }

  deadEnd(): readonly Finding[] {
    return this.#deadEnd;
  }

  async #descend(at: {
    readonly added: readonly Change[];
    readonly forbidden: ReadonlySet<string>;
    readonly depth: number;
  }): Promise<readonly Change[] | undefined> {
    const open = (await this.#openErrors(at.added)).map(({ error, options }) => ({
      error,
      options: options.filter((option) => !at.forbidden.has(nameOf(option))),
    }));
    const [first, ...rest] = open;
    if (first === undefined) return at.added;
    const narrowest = rest.reduce((least, each) => (each.options.length < least.options.length ? each : least), first);
    if (narrowest.options.length === 0) return undefined;
    if (leastNeeded(open.map((each) => each.options)) > at.depth) {
      this.#cut = true;
      return undefined;
    }
    const forced = forcedBy(open);
    if (forced.length > 0) {
      // Two builds of one application cannot both be there: no set holds what these errors ask for.
      if (forced.some((each) => forced.some((other) => other !== each && sameApplication(each, other))))
        return undefined;
      return this.#descend({ ...at, added: [...at.added, ...forced], depth: at.depth - forced.length });
    }
    // A set with an option that was tried before was found then, if there is one: later branches go without it.
    const forbidden = new Set(at.forbidden);
    for (const option of narrowest.options) {
      const found = await this.#descend({ added: [...at.added, option], forbidden, depth: at.depth - 1 });
      if (found !== undefined) return found;
      forbidden.add(nameOf(option));
    }
    return undefined;
  }

  async #openErrors(added: readonly Change[]): Promise<readonly OpenError[]> {
    const open: OpenError[] = [];
    for (const error of await this.#errors(added)) open.push({ error, options: await this.#waysOut(error, added) });
    return open;
  }

  async #errors(added: readonly Change[]): Promise<readonly Finding[]> {
    const key = added.map(nameOf).toSorted().join(' ');
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    if (this.steps >= this.#input.budget) throw new OutOfBudget();
    this.steps += 1;
    const errors = referenceErrors(await this.#input.analyse([...this.#input.changes, ...added]));
    this.#seen.set(key, errors);
    return errors;
  }

  /**
   * The operations of which at least one is part of every set that mends an error; of all applications the best first,
   * then the second best.
   */
  async #waysOut(error: Finding, added: readonly Change[]): Promise<readonly Change[]> {
    const decided = new Set([...this.#input.changes, ...added].map((each) => each.application));
    const involved = new Set<ApplicationId>([
      ...(error.producer === null ? [] : [error.producer.application]),
      ...(error.consumer === null ? [] : [error.consumer.application]),
      ...(error.contract === null ? [] : await this.#providersOf(error.contract)),
    ]);
    const ranked: { readonly option: Change; readonly rank: number }[] = [];
    for (const application of involved)
      if (!decided.has(application))
        for (const [rank, option] of (await this.#candidatesOf(application)).entries()) ranked.push({ option, rank });
    return ranked.toSorted((a, b) => a.rank - b.rank).map((each) => each.option);
  }

  async #providersOf(contract: string): Promise<readonly ApplicationId[]> {
    const known = this.#providers.get(contract) ?? (await this.#input.providersOf(contract));
    this.#providers.set(contract, known);
    return known;
  }

  async #candidatesOf(application: ApplicationId): Promise<readonly Change[]> {
    const known = this.#candidates.get(application) ?? (await this.#input.candidatesOf(application));
    this.#candidates.set(application, known);
    return known;
  }
}

interface OpenError {
  readonly error: Finding;
  /** The operations of which at least one is part of every set that mends it. */
  readonly options: readonly Change[];
}

/** The operations that are the only way out for some error: every set has them, so they are taken together. */
function forcedBy(open: readonly OpenError[]): readonly Change[] {
  const forced = open.flatMap(({ options: [only, ...others] }) =>
    only === undefined || others.length > 0 ? [] : [only],
  );
  return [...new Map(forced.map((each) => [nameOf(each), each])).values()];
}

function sameApplication(one: Change, other: Change): boolean {
  return one.application === other.application;
}

/** How many operations are needed at least: errors that share no way out need one each. */
function leastNeeded(ways: readonly (readonly Change[])[]): number {
  const taken = new Set<string>();
  let needed = 0;
  for (const options of ways.toSorted((a, b) => a.length - b.length)) {
    const names = options.map(nameOf);
    if (names.some((name) => taken.has(name))) continue;
    for (const name of names) taken.add(name);
    needed += 1;
  }
  return needed;
}

function nameOf(change: Change): string {
  return change.kind === 'deploy' ? `${change.application}=${change.build}` : `${change.application}-${change.kind}`;
}
