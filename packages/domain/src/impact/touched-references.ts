import { rowOf } from './index-catalogue.ts';
import type { Moment, PlanView } from './plan-view.ts';

/** Takes the rows of references that a plan touches. */
export interface TouchedReferences {
  /** A module's reference to a contract with all its elements, by the row of the contract. */
  readonly whole: (row: number) => void;
  /** A module's reference to one element. */
  readonly element: (row: number) => void;
}

/**
 * Walks over the references that a plan touches: all of what it deploys, and of the others those to a contract or an
 * element that is provided otherwise than before. The cost is that of what is deployed and of what depends on the
 * difference; elements that stay as they are cost nothing but the look at them.
 */
export function walkTouched(view: PlanView, visit: TouchedReferences): void {
  const { index, after, changes } = view;
  for (const [application, change] of changes) {
    if (change.kind !== 'deploy') continue;
    const build = after.buildOf(application);
    const end = index.consumed.endOf(build);
    for (let row = index.consumed.startOf(build); row < end; row += 1 + index.consumed.valueOf(row)) visit.whole(row);
  }
  const { contracts, elements } = changedProvisions(view);
  for (const node of contracts) walkChain(view, node, visit.whole);
  for (const node of elements) walkChain(view, node, visit.element);
}

/** The references of applications that stay to a node. */
function walkChain({ index, after, changes }: PlanView, node: number, visit: (row: number) => void): void {
  const { consumed } = index;
  for (let row = consumed.firstOf(node); row !== 0; row = consumed.nextOf(row)) {
    const build = consumed.ownerOf(row);
    if (!after.contains(build)) continue;
    // What is deployed was walked as a whole.
    if (changes.get(index.applicationOf(build))?.kind !== 'deploy') visit(row);
  }
}

/** Contracts that another application provides than before, or nobody; and elements that changed where it is the same. */
function changedProvisions(view: PlanView): {
  readonly contracts: ReadonlySet<number>;
  readonly elements: ReadonlySet<number>;
} {
  const { index, before, after, changes } = view;
  const nodes = new Set<number>();
  for (const [application, change] of changes) {
    if (change.kind === 'configure') continue;
    for (const build of [before.buildOf(application), after.buildOf(application)]) {
      if (build === 0) continue;
      const end = index.provided.endOf(build);
      for (let row = index.provided.startOf(build); row < end; row += 1) nodes.add(index.provided.nodeOf(row));
    }
  }
  const contracts = new Set<number>();
  const elements = new Set<number>();
  for (const node of nodes) {
    if (index.nodes.isContract(node)) {
      if (!sameProvider(view, node)) contracts.add(node);
    } else if (sameProvider(view, index.nodes.contractOf(node)) && !sameFingerprint(view, node)) elements.add(node);
  }
  return { contracts, elements };
}

/** Whether the same application provides a contract, and its elements are known, or not, as before. */
function sameProvider({ index, before, after }: PlanView, contract: number): boolean {
  const [was] = before.providersOf(contract);
  const [is] = after.providersOf(contract);
  if (was === undefined || is === undefined) return was === is;
  return (
    index.applicationOf(was.build) === index.applicationOf(is.build) &&
    index.provided.valueOf(was.row) === index.provided.valueOf(is.row)
  );
}

function sameFingerprint({ index, before, after }: PlanView, node: number): boolean {
  const fingerprintAt = (moment: Moment) => {
    const [provider] = moment.providersOf(index.nodes.contractOf(node));
    return provider === undefined ? 0 : index.provided.valueOf(rowOf(index, provider.build, node));
  };
  return fingerprintAt(before) === fingerprintAt(after);
}
