import { ancestorsOf, type CommitGraph, changesBetween } from '../source/commit-graph.ts';

/** What a hotfix changed: the commits from where it began to where its branch is now. */
export interface Fix {
  readonly base: string;
  readonly tip: string;
}

/** How a commit contains a fix: by its history, by the same changes under other commits, or not that anybody knows. */
export type Containment = 'ancestry' | 'patches' | null;

/** Patch identities of commits (`git patch-id --stable`); merges and empty commits have none. */
export type Patches = ReadonlyMap<string, string>;

/**
 * Whether a commit contains a fix. A fix that was applied anew, as by `git cherry-pick` or a rebase, counts when each of
 * its changes is found in the history of the commit. A fix without a commit of its own is contained nowhere.
 */
export function containmentOf(input: {
  readonly graph: CommitGraph;
  readonly patches: Patches;
  readonly fix: Fix;
  readonly commit: string;
}): Containment {
  const { graph, patches, fix } = input;
  if (fix.tip === fix.base) return null;
  const history = ancestorsOf(graph, input.commit);
  if (history.has(fix.tip)) return 'ancestry';
  const changes = changesBetween({ graph, from: fix.base, to: fix.tip }).filter((each) => each.parents.length < 2);
  if (changes.length === 0) return null;
  const present = new Set([...history].flatMap((hash) => patches.get(hash) ?? []));
  const found = changes.every(({ hash }) => {
    const patch = patches.get(hash);
    return history.has(hash) || (patch !== undefined && present.has(patch));
  });
  return found ? 'patches' : null;
}

/** The fixes that would be lost where one commit takes the place of another. */
export function lostFixes<Known extends Fix>(input: {
  readonly graph: CommitGraph;
  readonly patches: Patches;
  readonly fixes: readonly Known[];
  readonly before: string;
  readonly after: string;
}): readonly Known[] {
  const { graph, patches } = input;
  return input.fixes.filter(
    (fix) =>
      containmentOf({ graph, patches, fix, commit: input.before }) !== null &&
      containmentOf({ graph, patches, fix, commit: input.after }) === null,
  );
}
