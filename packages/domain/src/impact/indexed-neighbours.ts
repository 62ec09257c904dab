import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { PlanView } from './plan-view.ts';

/**
 * What an analysis read beside the plan, with the builds: whoever provides what the plan's applications consume or the
 * same as they do, and `touched`, builds with a reference that the plan touches.
 */
export function indexedNeighbours(view: PlanView, touched: Iterable<number>): ReadonlyMap<ApplicationId, BuildId> {
  const { index, before, after, changes } = view;
  const { provided, consumed, nodes } = index;
  const builds = new Set(touched);
  const contracts = new Set<number>();
  const addProvided = (build: number): void => {
    for (let row = provided.startOf(build); row < provided.endOf(build); row += 1)
      if (nodes.isContract(provided.nodeOf(row))) contracts.add(provided.nodeOf(row));
  };
  for (const [application, change] of changes) {
    if (change.kind === 'configure') continue;
    const build = after.buildOf(application);
    addProvided(before.buildOf(application));
    addProvided(build);
    for (let row = consumed.startOf(build); row < consumed.endOf(build); row += 1 + consumed.valueOf(row))
      contracts.add(consumed.nodeOf(row));
  }
  for (const contract of contracts) for (const { build } of after.providersOf(contract)) builds.add(build);
  const neighbours = new Map<ApplicationId, BuildId>();
  for (const build of builds) {
    const application = index.applicationOf(build);
    if (!changes.has(application)) neighbours.set(index.applications.textOf(application), index.builds.textOf(build));
  }
  return neighbours;
}
