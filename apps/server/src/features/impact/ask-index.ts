import {
  analyseIndexed,
  type Completion,
  completePlan,
  type ImpactIndex,
  type ImpactQuestion,
  type IndexedImpact,
  indexCatalogue,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import { verdictsOf } from '#features/contracts';
import type { Tables } from '#tables';

/** Asks an index, finding the verdicts that it was not told yet; they are remembered for everybody. */
export async function askIndex(
  db: Kysely<Tables>,
  index: ImpactIndex,
  question: ImpactQuestion,
): Promise<IndexedImpact> {
  for (;;) {
    const answer = analyseIndexed(index, question);
    if (answer.undecided.length === 0) return answer;
    for (const verdict of await verdictsOf(db, answer.undecided)) index.learn(verdict);
  }
}

/**
 * Sets of operations that one search may look at, each at the cost of an analysis: some tenths of a second on a large
 * estate, for which nobody else is answered. Whatever is the only way out is taken at once and costs one of them.
 */
const completionBudget = 200;

/** Searches until no verdict that the search met was unknown: each round knows more, and there are finitely many. */
export async function completeByIndex(
  db: Kysely<Tables>,
  index: ImpactIndex,
  given: {
    readonly question: ImpactQuestion;
    readonly candidatesOf: Parameters<typeof completePlan>[0]['candidatesOf'];
  },
): Promise<Completion> {
  const { question, candidatesOf } = given;
  const catalogue = indexCatalogue(index);
  for (;;) {
    const undecided = new Map<string, IndexedImpact['undecided'][number]>();
    const completion = completePlan({
      changes: question.changes,
      analyse: (changes) => {
        const answer = analyseIndexed(index, { ...question, changes });
        for (const pair of answer.undecided) undecided.set(`${pair.provided} ${pair.builtAgainst}`, pair);
        return answer.findings;
      },
      candidatesOf,
      providersOf: (contract) => [
        ...new Set(catalogue.providing(contract).map((build) => catalogue.applicationOf(build))),
      ],
      budget: completionBudget,
    });
    if (undecided.size === 0) return completion;
    for (const verdict of await verdictsOf(db, [...undecided.values()])) index.learn(verdict);
  }
}
