import type { BuildId } from '../identity/id.ts';
import type { ImpactIndex } from './impact-index.ts';

/** The known builds that consume something of a contract and are not known to be built against anything of it. */
export function unresolvedConsumers({ consumed, nodes, builds }: ImpactIndex, contract: string): readonly BuildId[] {
  const found = new Set<number>();
  for (let group = consumed.firstOf(nodes.find(contract)); group !== 0; group = consumed.nextOf(group)) {
    const end = group + 1 + consumed.valueOf(group);
    // Without elements it is all of the contract that is consumed, whatever that will be.
    let open = end === group + 1;
    for (let row = group + 1; row < end && !open; row += 1) open = consumed.valueOf(row) === 0;
    if (open) found.add(consumed.ownerOf(group));
  }
  return [...found].map((build) => builds.textOf(build));
}
