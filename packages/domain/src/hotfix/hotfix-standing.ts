import type { EnvironmentId } from '../identity/id.ts';
import type { CommitGraph } from '../source/commit-graph.ts';
import { type Containment, containmentOf, type Fix, type Patches } from './containment.ts';

/** Whether an environment has a fix; `absent` where the application does not run at all. */
export type FixPresence = 'contained' | 'missing' | 'absent';

export interface PlacedFix {
  readonly environment: EnvironmentId;
  readonly presence: FixPresence;
  /** How it is contained; null when it is not. */
  readonly how: Containment;
}

export interface HotfixStanding {
  /** Where the hotfix is for. */
  readonly own: PlacedFix;
  /** The environments before it on the path, nearest first. */
  readonly earlier: readonly PlacedFix[];
  /** Whether nothing is left to do: it is where it is for, and everywhere before it. */
  readonly done: boolean;
}

/**
 * Where a fix is and where it is not yet. `running` gives the commit that an environment runs. A hotfix that no earlier
 * environment could contain, because the application runs in none, is never done by itself.
 */
export function hotfixStanding(input: {
  readonly graph: CommitGraph;
  readonly patches: Patches;
  readonly fix: Fix;
  readonly environment: EnvironmentId;
  readonly earlier: readonly EnvironmentId[];
  readonly running: ReadonlyMap<EnvironmentId, string>;
}): HotfixStanding {
  const place = (environment: EnvironmentId): PlacedFix => {
    const commit = input.running.get(environment);
    if (commit === undefined) return { environment, presence: 'absent', how: null };
    const how = containmentOf({ ...input, commit });
    return { environment, presence: how === null ? 'missing' : 'contained', how };
  };
  const own = place(input.environment);
  const earlier = input.earlier.map(place);
  const present = earlier.filter((each) => each.presence !== 'absent');
  const done =
    own.presence === 'contained' && present.length > 0 && present.every((each) => each.presence === 'contained');
  return { own, earlier, done };
}

/** The environments before one on its path, nearest first; a path that leads in a circle ends where it began. */
export function environmentsBefore(
  environment: EnvironmentId,
  promotesFrom: ReadonlyMap<EnvironmentId, EnvironmentId | null>,
): readonly EnvironmentId[] {
  const seen = new Set<EnvironmentId>([environment]);
  for (let next = promotesFrom.get(environment) ?? null; next !== null && !seen.has(next); ) {
    seen.add(next);
    next = promotesFrom.get(next) ?? null;
  }
  return [...seen].slice(1);
}
