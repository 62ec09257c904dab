import type { ApplicationId, BuildId } from '../identity/id.ts';
import type { PlanView } from './plan-view.ts';

/** The applications that the changed ones consume of or provide for, before or after, with their builds. */
export function indexedNeighbours(view: PlanView): ReadonlyMap<ApplicationId, BuildId> {
  const { index, before, after, changes } = view;
  const { provided, consumed, nodes } = index;
  const neighbours = new Map<ApplicationId, BuildId>();
  const add = (build: number): void => {
    const application = index.applicationOf(build);
    if (!after.contains(build) || changes.has(application)) return;
    neighbours.set(index.applications.textOf(application), index.builds.textOf(build));
  };
  const addProviders = (contract: number): void => {
    for (const { build } of after.providersOf(contract)) add(build);
  };
  for (const [application, change] of changes) {
    if (change.kind === 'configure') continue;
    const build = after.buildOf(application);
    for (let row = consumed.startOf(build); row < consumed.endOf(build); row += 1)
      if (nodes.isContract(consumed.nodeOf(row))) addProviders(consumed.nodeOf(row));
    for (const each of new Set([before.buildOf(application), build])) {
      for (let row = provided.startOf(each); row < provided.endOf(each); row += 1) {
        const contract = provided.nodeOf(row);
        if (!nodes.isContract(contract)) continue;
        addProviders(contract);
        for (let use = consumed.firstOf(contract); use !== 0; use = consumed.nextOf(use)) add(consumed.ownerOf(use));
      }
    }
  }
  return neighbours;
}
