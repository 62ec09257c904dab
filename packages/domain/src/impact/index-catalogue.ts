import type { ConsumedElement } from './build-interface.ts';
import type { Catalogue } from './catalogue.ts';
import { compareText } from './finding.ts';
import { byName, type ImpactIndex } from './impact-index.ts';

/** The builds that an index knows, as the rules that speak of keys and texts read them. */
export function indexCatalogue(index: ImpactIndex): Catalogue {
  const { builds, applications, nodes, provided, consumed, fingerprints } = index;
  const applicationOf = (build: number) => applications.textOf(index.applicationOf(build));
  return {
    applicationOf: (build) => applicationOf(builds.find(build)),
    numberOf: (build) => index.numberOf(builds.find(build)),
    buildsOf: (application) =>
      index
        .buildsOf(applications.find(application))
        .toSorted((a, b) => index.numberOf(b) - index.numberOf(a))
        .map((build) => builds.textOf(build)),
    providing: (contract) => {
      const found: number[] = [];
      for (let row = provided.firstOf(nodes.find(contract)); row !== 0; row = provided.nextOf(row))
        found.push(provided.ownerOf(row));
      return found
        .toSorted((a, b) => compareText(applicationOf(a), applicationOf(b)) || index.numberOf(b) - index.numberOf(a))
        .map((build) => builds.textOf(build));
    },
    provided: (build, contract, key) => {
      const owner = builds.find(build);
      const own = rowOf(index, owner, nodes.find(contract));
      if (own === 0) return undefined;
      if (provided.valueOf(own) === byName) return null;
      const row = rowOf(index, owner, nodes.find(contract, key));
      return row === 0 ? undefined : fingerprints.textOf(provided.valueOf(row));
    },
    consumed: (build, contract) => {
      const owner = builds.find(build);
      const wanted = nodes.find(contract);
      const found: ConsumedElement[] = [];
      for (let row = consumed.startOf(owner); row < consumed.endOf(owner); row += 1) {
        const node = consumed.nodeOf(row);
        if (nodes.isContract(node) || nodes.contractOf(node) !== wanted) continue;
        const value = consumed.valueOf(row);
        found.push({ key: nodes.keyOf(node), builtAgainst: value === 0 ? null : fingerprints.textOf(value) });
      }
      return found;
    },
  };
}

/** The row of a build about a node that it provides; 0 when it does not. Few builds provide the same. */
export function rowOf({ provided }: ImpactIndex, build: number, node: number): number {
  if (node === 0) return 0;
  let row = provided.firstOf(node);
  while (row !== 0 && provided.ownerOf(row) !== build) row = provided.nextOf(row);
  return row;
}
