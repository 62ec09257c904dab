import type { ModuleTarget } from './rollout.ts';

/** Instances of both versions of a module that is divided by numbers alone, such as a worker. */
export interface ReplicaCounts {
  readonly candidate: number;
  readonly stable: number;
}

export interface ReplicaBounds {
  /** Instances that the module has in the end. */
  readonly wanted: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function boundsOf({ instances, strategy }: ModuleTarget): ReplicaBounds {
  const { maxSurge, maxUnavailable } = strategy.kind === 'rolling' ? strategy : { maxSurge: 0, maxUnavailable: 0 };
  return { wanted: instances, maxSurge, maxUnavailable };
}

/**
 * How many instances of both versions come nearest to a weight in per cent, with at most one more than wanted where a
 * surge is allowed. Neither version falls to nothing unless the weight says so, or there is no room for both.
 *
 * After the arithmetic of Argo Rollouts (`utils/replicaset/canary.go`, Apache-2.0): first of the best wins.
 */
export function nearestCounts(bounds: ReplicaBounds, weight: number): ReplicaCounts {
  const { wanted, maxSurge } = bounds;
  const exact = (wanted * weight) / 100;
  const [upper, lower] = [Math.ceil(exact), Math.floor(exact)];
  const mayBeNone = weight === 100 || weight === 0 || (wanted === 1 && maxSurge === 0);
  const tie = (total: number) => (2 * total * weight) % 200 === 100;
  const options = [wanted, ...(maxSurge > 0 ? [wanted + 1] : [])].flatMap((total) => [
    ...(total > wanted || upper < wanted || mayBeNone ? [{ candidate: upper, total }] : []),
    ...(!tie(total) && (lower !== 0 || mayBeNone) ? [{ candidate: lower, total }] : []),
  ]);
  const distance = (option: { readonly candidate: number; readonly total: number }) =>
    Math.abs((option.candidate * 100) / option.total - weight);
  const best = options.reduce(
    (found, each) => (distance(each) < distance(found) ? each : found),
    options[0] ?? { candidate: upper, total: wanted },
  );
  return { candidate: best.candidate, stable: best.total - best.candidate };
}

/** Instances of three sides: a baseline takes its own from the version before, as many as the candidate has. */
export interface DividedCounts extends ReplicaCounts {
  readonly baseline: number;
}

export function dividedCounts(
  bounds: ReplicaBounds,
  input: { readonly weight: number; readonly withBaseline: boolean },
): DividedCounts {
  const { candidate, stable } = nearestCounts(bounds, input.weight);
  const baseline = input.withBaseline ? Math.min(candidate, stable) : 0;
  return { candidate, baseline, stable: stable - baseline };
}

interface SideCount {
  readonly present: number;
  readonly ready: number;
}

/**
 * The counts for now on the way to the nearest ones: up as far as the surge allows, the stable version first; down as
 * far as enough instances stay ready, and only once nothing older is left.
 */
export function replicaCounts(
  bounds: ReplicaBounds,
  input: {
    readonly weight: number;
    readonly withBaseline: boolean;
    readonly candidate: SideCount;
    readonly baseline: SideCount;
    readonly stable: SideCount;
    /** Instances of any other version. */
    readonly older: number;
  },
): DividedCounts {
  const goal = dividedCounts(bounds, input);
  const { candidate, baseline, stable, older } = input;
  const sides = [candidate, baseline, stable];
  const sum = (count: (side: SideCount) => number) => sides.reduce((total, side) => total + count(side), 0);
  let room = Math.max(0, bounds.wanted + bounds.maxSurge - sum((side) => side.present) - older);
  const up = ({ present }: SideCount, wanted: number) => {
    const more = Math.min(room, Math.max(0, wanted - present));
    room -= more;
    return present + more;
  };
  const grown = {
    stable: up(stable, goal.stable),
    candidate: up(candidate, goal.candidate),
    baseline: up(baseline, goal.baseline),
  };
  if (older > 0) return grown;
  let spare = Math.max(0, sum((side) => side.ready) - (bounds.wanted - bounds.maxUnavailable));
  const down = (side: SideCount, from: number, wanted: number) => {
    if (from <= wanted) return from;
    // What is not ready serves nobody: it goes without anybody missing it.
    const idle = Math.min(from - wanted, Math.max(0, side.present - side.ready));
    const less = Math.min(spare, from - wanted - idle);
    spare -= less;
    return from - idle - less;
  };
  return {
    candidate: down(candidate, grown.candidate, goal.candidate),
    baseline: down(baseline, grown.baseline, goal.baseline),
    stable: down(stable, grown.stable, goal.stable),
  };
}
