import {
  type ApplicationId,
  type BuildId,
  type Change,
  type EnvironmentId,
  type Finding,
  inOrder,
  operationFindings,
  refuse,
} from '@almanac/domain';
import type { Completion, operationRequest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { findEnvironment } from '#features/environments';
import { decodeCursor, type Endpoint, encodeCursor, read } from '#platform/http';
import { beyondScope, veilFor } from '#scope';
import type { Tables } from '#tables';
import { askIndex } from './ask-index.ts';
import { completeByIndex } from './complete-by-index.ts';
import type { EstateIndex } from './estate-index.ts';
import { presentChange, presentFinding, readWords } from './finding.wire.ts';
import { considerChanges, readFacts } from './read-facts.ts';

/** So many findings stand in the answer to a completion; the plan itself shows all. */
const remainingFindings = 200;

/** What operations mean; the feature that composes plans says it, so that both always mean the same. */
export type ChangesOf = (
  db: Kysely<Tables>,
  input: {
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly operations: readonly z.output<typeof operationRequest>[];
  },
) => Promise<readonly Change[]>;

export function impactEndpoints(estate: EstateIndex, changesOf: ChangesOf): readonly Endpoint[] {
  return [
    read('analyseImpact', async (context, { params, body }) => {
      const db = beyondScope(context.db, 'a finding is true only of all that runs there; what is hidden is veiled');
      const environment = await findEnvironment(db, params.environment);
      const changes = await changesOf(db, { environment, operations: body.operations });
      const { findings, neighbours } = await analyse(db, { estate, environment: environment.id, changes });
      const start = Number(decodeCursor(body.cursor)?.[0] ?? 0);
      const shown = findings.slice(start, start + body.limit);
      const words = await readWords(db, { environment: environment.name, findings: shown, changes });
      const next = start + body.limit;
      const veil = await veilFor(db, { scope: context.db.scope, environments: [environment.id] });
      return veil({
        changes: changes.map((change) => presentChange(change, words)),
        errors: findings.filter((each) => each.severity === 'error').length,
        warnings: findings.filter((each) => each.severity === 'warning').length,
        findings: shown.map((finding) => presentFinding(finding, words)),
        next: next < findings.length ? encodeCursor([next]) : null,
        neighbours: [...neighbours],
      });
    }),

    read('completePlan', async (context, { params, body }) => {
      const db = beyondScope(context.db, 'a completion looks at all that is there; what is hidden is veiled');
      const environment = await findEnvironment(db, params.environment);
      const source = await sourceOf(db, { source: body.source, environment });
      const changes = await changesOf(db, { environment, operations: body.operations });
      const veil = await veilFor(db, { scope: context.db.scope, environments: [environment.id, source] });
      return veil(await complete(db, { estate, environment, source, changes, removals: body.removals }));
    }),
  ];
}

/** All that is found about changes, the graph by the index and the rest by a look at each of them. */
async function analyse(
  db: Kysely<Tables>,
  input: { readonly estate: EstateIndex; readonly environment: EnvironmentId; readonly changes: readonly Change[] },
): Promise<{ readonly findings: readonly Finding[]; readonly neighbours: Iterable<ApplicationId> }> {
  const { environment, changes } = input;
  const operations = await considerChanges(db, { environment, changes });
  const facts = await readFacts(db, { environment, operations });
  const { findings, neighbourhood } = await input.estate.holding(buildsOf(changes), (index) =>
    askIndex(db, index, { environment, changes }),
  );
  return {
    findings: inOrder([...findings, ...facts.flatMap(operationFindings)]),
    neighbours: neighbourhood.applications.keys(),
  };
}

function buildsOf(changes: readonly Change[]): readonly BuildId[] {
  return changes.flatMap((each) => (each.kind === 'deploy' ? [each.build] : []));
}

async function complete(
  db: Kysely<Tables>,
  input: {
    readonly estate: EstateIndex;
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly source: EnvironmentId;
    readonly changes: readonly Change[];
    readonly removals: boolean;
  },
): Promise<Completion> {
  const { estate, environment, changes } = input;
  const found = await completeByIndex(db, { ...input, environment: environment.id });
  const operations = found.outcome === 'complete' ? found.operations : [];
  const because = found.outcome === 'complete' ? [] : found.because;
  const all = [...changes, ...operations];
  const remaining = await analyse(db, { estate, environment: environment.id, changes: all });
  const shown = remaining.findings.slice(0, remainingFindings);
  const words = await readWords(db, {
    environment: environment.name,
    findings: [...because, ...shown],
    changes: all,
  });
  return {
    outcome: found.outcome,
    proven: found.outcome === 'impossible' || (found.outcome === 'complete' && found.proven),
    operations: operations.map((change) => presentChange(change, words)),
    because: because.map((finding) => presentFinding(finding, words)),
    remaining: shown.map((finding) => presentFinding(finding, words)),
    steps: found.steps,
  };
}

async function sourceOf(
  db: Kysely<Tables>,
  given: {
    readonly source: string | undefined;
    readonly environment: Awaited<ReturnType<typeof findEnvironment>>;
  },
): Promise<EnvironmentId> {
  if (given.source !== undefined) return (await findEnvironment(db, given.source)).id;
  const { name, promotesFrom } = given.environment;
  return (
    promotesFrom ??
    refuse('invalid-request', `${name} has no environment before it on the path; say where builds may come from`)
  );
}
