import { type ApplicationId, type EnvironmentId, inOrder, operationFindings } from '@almanac/domain';
import type { Finding } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { askIndex } from './ask-index.ts';
import { presentFinding, readWords } from './finding.wire.ts';
import { type Considered, readFacts } from './read-facts.ts';
import { readNeighbourhood } from './read-neighbourhood.ts';

/**
 * What a plan would do to an environment as the caller's transaction sees it: its findings, and the applications that were
 * read beside those of the plan.
 */
export async function findImpact(
  db: Kysely<Tables>,
  input: {
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly operations: readonly Considered[];
  },
): Promise<{ readonly findings: readonly Finding[]; readonly neighbours: readonly ApplicationId[] }> {
  const { environment, operations } = input;
  const changes = operations.map((each) => each.change);
  const question = { environment: environment.id, changes };
  const { findings, neighbourhood } = await askIndex(db, await readNeighbourhood(db, question), question);
  const facts = await readFacts(db, { environment: environment.id, operations });
  const all = inOrder([...findings, ...facts.flatMap(operationFindings)]);
  const words = await readWords(db, { environment: environment.name, findings: all, changes });
  return {
    findings: all.map((finding) => presentFinding(finding, words)),
    neighbours: [...neighbourhood.applications.keys()],
  };
}
