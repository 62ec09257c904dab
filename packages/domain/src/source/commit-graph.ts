/** One commit as far as its place in the history matters; parents in git's order, the first parent first. */
export interface CommitNode {
  readonly hash: string;
  readonly parents: readonly string[];
}

/** Commits by their hash; parents that are not known end the walk. */
export type CommitGraph<Commit extends CommitNode = CommitNode> = ReadonlyMap<string, Commit>;

export function commitGraph<Commit extends CommitNode>(commits: readonly Commit[]): CommitGraph<Commit> {
  return new Map(commits.map((commit) => [commit.hash, commit]));
}

/**
 * The commits that are in the history of `to` and not in that of `from`, newest first in the order of a
 * breadth-first walk: what a deployment from one to the other brings. Without `from`, the whole known history.
 */
export function changesBetween<Commit extends CommitNode>(input: {
  readonly graph: CommitGraph<Commit>;
  readonly from: string | null;
  readonly to: string;
}): readonly Commit[] {
  const known = input.from === null ? new Set<string>() : ancestorsOf(input.graph, input.from);
  return [...ancestorsOf(input.graph, input.to)]
    .filter((hash) => !known.has(hash))
    .flatMap((hash) => input.graph.get(hash) ?? []);
}

/** A commit and everything that it contains, nearest first. */
export function ancestorsOf(graph: CommitGraph, start: string): ReadonlySet<string> {
  const seen = new Set<string>([start]);
  // A Set grows while it is walked: every commit is visited once.
  for (const hash of seen) {
    for (const parent of graph.get(hash)?.parents ?? []) seen.add(parent);
  }
  return seen;
}

/** How many steps along first parents lead from a commit back to the nearest one that `isMark` accepts. */
export function distanceToMark(input: {
  readonly graph: CommitGraph;
  readonly from: string;
  readonly isMark: (hash: string) => boolean;
}): { readonly mark: string; readonly distance: number } | undefined {
  let hash: string | undefined = input.from;
  for (let distance = 0; hash !== undefined; distance += 1) {
    if (input.isMark(hash)) return { mark: hash, distance };
    hash = input.graph.get(hash)?.parents[0];
  }
  return undefined;
}
