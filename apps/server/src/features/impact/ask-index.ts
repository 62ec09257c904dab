import { analyseIndexed, type ImpactIndex, type ImpactQuestion, type IndexedImpact } from '@almanac/domain';
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
