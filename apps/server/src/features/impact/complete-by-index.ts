import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ApplicationId,
  type BuildId,
  type Change,
  type Completion,
  completePlan,
  type EnvironmentId,
  type ImpactIndex,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import { readGovernance } from '#features/governance';
import { databaseTime } from '#platform/database';
import type { Tables } from '#tables';
import { askIndex } from './ask-index.ts';
import { eligibleBuilds, readProviders } from './eligible-builds.ts';
import type { EstateIndex } from './estate-index.ts';

/** Sets of operations that one search may look at. Whatever is the only way out is taken at once and costs one of them. */
const budget = 200;

/** For so long others may have to wait for a search before they are let in. */
const longestTurnMs = 10;

/**
 * The smallest set of further operations after which nothing breaks. An application may become what the environment `source`
 * runs, or a later build that was tested; where that is asked for it may go. The index stays as it is during the search;
 * everything else goes on.
 */
export async function completeByIndex(
  db: Kysely<Tables>,
  input: {
    readonly estate: EstateIndex;
    readonly environment: EnvironmentId;
    readonly source: EnvironmentId;
    readonly changes: readonly Change[];
    readonly removals: boolean;
  },
): Promise<Completion> {
  const { environment, changes } = input;
  const { quarantines } = await readGovernance(db, environment);
  const place = { environment, barred: new Set(quarantines.map((each) => each.build)), now: await databaseTime(db) };
  return input.estate.searching(async (index, hold) => {
    await hold(changes.flatMap((each) => (each.kind === 'deploy' ? [each.build] : [])));
    let since = performance.now();
    return completePlan({
      changes,
      budget,
      analyse: async (considered) => {
        if (performance.now() - since > longestTurnMs) {
          await nextTurn();
          since = performance.now();
        }
        return (await askIndex(db, index, { environment, changes: considered })).findings;
      },
      providersOf: (contract) => readProviders(db, contract),
      candidatesOf: async (application) => {
        const builds = await candidates(db, { ...place, source: input.source, index, application });
        await hold(builds);
        const here = index.installedIn(environment, application);
        return [
          ...builds.map((build) => ({ kind: 'deploy', application, build }) as const),
          ...(input.removals && here !== undefined ? [{ kind: 'remove', application } as const] : []),
        ];
      },
    });
  });
}

/** What the source runs comes first. */
async function candidates(
  db: Kysely<Tables>,
  input: {
    readonly index: ImpactIndex;
    readonly environment: EnvironmentId;
    readonly source: EnvironmentId;
    readonly application: ApplicationId;
    readonly barred: ReadonlySet<BuildId>;
    readonly now: Date;
  },
): Promise<readonly BuildId[]> {
  const { index, source, ...place } = input;
  const { environment, application } = place;
  const here = index.installedIn(environment, application);
  const there = index.installedIn(source, application);
  const eligible = await eligibleBuilds(db, { ...place, later: here ?? null });
  return [...new Set([...(there === undefined ? [] : [there]), ...eligible])].filter((build) => build !== here);
}
