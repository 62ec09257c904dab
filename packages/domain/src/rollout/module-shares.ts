import type { DesiredModuleShares, ModuleTarget, ObservedInstance } from './rollout.ts';

interface Side {
  readonly operation: string;
  readonly module: ModuleTarget;
}

export interface ShareInput {
  readonly module: string;
  readonly instances: readonly ObservedInstance[];
  /** What ran well last. */
  readonly settled: Side | null;
  /** What is being brought in. */
  readonly coming: Side | null;
  /** Whether the module is left out of what is being brought in. */
  readonly leaving: boolean;
}

/** How many instances of which operation a module should have now, and who takes its requests. */
export function moduleShares(input: ShareInput): DesiredModuleShares {
  const { settled, coming } = input;
  const counts =
    coming === null
      ? settledCounts(input)
      : coming.module.strategy.kind === 'recreate'
        ? recreateCounts(input, coming)
        : rollingCounts(input, coming);
  const ready = new Map([...counts.keys()].map((operation) => [operation, readyCount(input, operation)]));
  const total = [...ready.values()].reduce((sum, each) => sum + each, 0);
  const shares = [...counts].map(([operation, instances]) => ({
    operation,
    instances,
    weight: weightOf(ready.get(operation) ?? 0, total),
  }));
  const serves = (coming ?? settled)?.module.serves === true;
  return { module: input.module, shares: balanced(shares), hold: serves && total === 0 && !input.leaving };
}

function settledCounts(input: ShareInput): ReadonlyMap<string, number> {
  const { settled } = input;
  if (settled === null || input.leaving) return new Map();
  const waits =
    settled.module.strategy.kind === 'recreate' && input.instances.some((each) => each.operation !== settled.operation);
  return new Map([[settled.operation, waits ? 0 : settled.module.instances]]);
}

/** The old ones end before the new ones begin: two versions never hold the same volume. */
function recreateCounts(input: ShareInput, coming: Side): ReadonlyMap<string, number> {
  const others = input.instances.some((each) => each.operation !== coming.operation);
  return new Map([[coming.operation, others ? 0 : coming.module.instances]]);
}

/**
 * At most `wanted + maxSurge` instances at a time, never fewer than `wanted - maxUnavailable` ready ones: new
 * instances come as far as there is room, old ones go as far as new ones are ready. An instance on its way out does
 * not count, as in Kubernetes: one that takes long to end would hold up all others.
 */
function rollingCounts(input: ShareInput, coming: Side): ReadonlyMap<string, number> {
  const { strategy, instances: wanted } = coming.module;
  const surge = strategy.kind === 'rolling' ? strategy.maxSurge : 0;
  const unavailable = strategy.kind === 'rolling' ? strategy.maxUnavailable : 0;
  const ready = readyCount(input, coming.operation);
  const old = input.instances.filter((each) => each.operation !== coming.operation);
  const oldPresent = old.filter((each) => !leaves(each) && each.state !== 'exited' && each.state !== 'waiting').length;
  const present = input.instances.filter((each) => each.operation === coming.operation && !leaves(each)).length;
  const room = Math.max(0, wanted + surge - oldPresent);
  const next = Math.min(wanted, Math.max(present, room));
  const keep = ready >= wanted ? 0 : Math.max(0, wanted - unavailable - ready);
  const counts = new Map([[coming.operation, next]]);
  const settled = input.settled;
  if (settled !== null && settled.operation !== coming.operation)
    counts.set(settled.operation, Math.min(settled.module.instances, keep));
  return counts;
}

function leaves(instance: ObservedInstance): boolean {
  return instance.state === 'draining' || instance.state === 'stopping';
}

function readyCount(input: ShareInput, operation: string): number {
  return input.instances.filter((each) => each.operation === operation && each.state === 'ready').length;
}

function weightOf(ready: number, total: number): number {
  return total === 0 ? 0 : Math.floor((100 * ready) / total);
}

/** Rounding down leaves a rest, which the first share that takes requests carries: weights sum to 100. */
function balanced(
  shares: readonly { readonly operation: string; readonly instances: number; readonly weight: number }[],
) {
  const sum = shares.reduce((total, each) => total + each.weight, 0);
  const first = shares.findIndex((each) => each.weight > 0);
  return shares.map((each, index) => (index === first ? { ...each, weight: each.weight + 100 - sum } : each));
}
