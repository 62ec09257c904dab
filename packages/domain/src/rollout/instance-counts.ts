import { baselineWeight } from './baseline.ts';
import { routedInstances } from './exposure.ts';
import { isExclusive, isPresent } from './readiness.ts';
import { boundsOf, replicaCounts } from './replica-counts.ts';
import { type Counts, presentCount, readyCount, type ShareInput, type Side, type StepShare } from './share-input.ts';
import { standIns } from './stand-ins.ts';

interface Both {
  readonly coming: Side;
  readonly settled: Side;
  readonly steps: StepShare;
}

/** How many instances of which operation a module should have now. */
export function instanceCounts(input: ShareInput): Counts {
  const { coming, steps, settled } = input;
  if (coming === null) return settledCounts(input);
  if (steps === null || settled === null)
    return isExclusive(coming.module) ? recreateCounts(input, coming) : rollingCounts(input, coming);
  if (isExclusive(coming.module) || isExclusive(settled.module)) return settledCounts(input);
  const both = { coming, settled, steps };
  return coming.module.serves ? routedCounts(input, both) : workerCounts(input, both);
}

function settledCounts(input: ShareInput): Counts {
  const { settled } = input;
  if (settled === null || input.leaving) return new Map();
  const exclusive = isExclusive(settled.module);
  const waits = exclusive && input.instances.some((each) => each.operation !== settled.operation);
  const counts: Counts = new Map([[settled.operation, waits ? 0 : settled.module.instances]]);
  for (const { operation } of standIns(input))
    if (operation !== input.warm?.operation) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return counts;
}

/** The old ones end before the new ones begin: two versions never hold the same volume. */
function recreateCounts(input: ShareInput, coming: Side): Counts {
  const others = input.instances.some((each) => each.operation !== coming.operation);
  return new Map([[coming.operation, others ? 0 : coming.module.instances]]);
}

/**
 * At most `wanted + maxSurge` instances at a time, never fewer than `wanted - maxUnavailable` ready ones: new
 * instances come as far as there is room, old ones go as far as new ones are ready. An instance on its way out does
 * not count, as in Kubernetes: one that takes long to end would hold up all others.
 */
function rollingCounts(input: ShareInput, coming: Side): Counts {
  const { wanted, maxSurge, maxUnavailable } = boundsOf(coming.module);
  const ready = readyCount(input, coming.operation);
  const old = input.instances.filter((each) => each.operation !== coming.operation);
  const oldPresent = old.filter(
    (each) => isPresent(each) && each.state !== 'exited' && each.state !== 'waiting',
  ).length;
  const present = presentCount(input, coming.operation);
  const room = Math.max(0, wanted + maxSurge - oldPresent);
  const next = Math.min(wanted, Math.max(present, room));
  const keep = ready >= wanted ? 0 : Math.max(0, wanted - maxUnavailable - ready);
  const counts: Counts = new Map([[coming.operation, next]]);
  const settled = input.settled;
  if (settled !== null && settled.operation !== coming.operation)
    counts.set(settled.operation, Math.min(settled.module.instances, keep));
  bridgeOver(input, { counts, needed: wanted - maxUnavailable });
  return counts;
}

/** A baseline has as many instances as the candidate: it is compared with what is just as young and carries as much. */
function routedCounts(input: ShareInput, both: Both): Counts {
  const { coming, settled, steps } = both;
  // Instances leave after their requests, and come before them.
  const exposure = { ...steps.wanted, weight: Math.max(steps.wanted.weight, steps.weight) };
  const candidates = routedInstances(exposure, coming.module.instances);
  const counts: Counts = new Map([[coming.operation, candidates]]);
  if (steps.baseline !== null) counts.set(steps.baseline, candidates);
  counts.set(settled.operation, stableCount(input, both));
  bridgeOver(input, { counts, needed: neededOf(both) });
  return counts;
}

/** How many have to be ready while both versions run: what either of them asks for, as far as the one before went. */
function neededOf({ coming, settled }: Both): number {
  const [next, before] = [boundsOf(coming.module), boundsOf(settled.module)];
  return Math.max(before.wanted - before.maxUnavailable, Math.min(next.wanted - next.maxUnavailable, before.wanted));
}

/**
 * What is replaced keeps all its instances while the candidate is tried, and can take all requests at any time. Where it
 * follows its weight it has what its share needs, and makes up for whoever of the others is not ready.
 */
function stableCount(input: ShareInput, both: Both): number {
  const { coming, settled, steps } = both;
  const { wanted } = boundsOf(settled.module);
  if (!steps.dynamicStableScale) return wanted;
  const beside = steps.baseline === null ? 0 : readyCount(input, steps.baseline);
  const left = Math.min(steps.weight, steps.wanted.weight);
  const share = 100 - left - (beside > 0 ? baselineWeight(left) : 0);
  const missing = neededOf(both) - beside - readyCount(input, coming.operation);
  return Math.min(wanted, Math.max(Math.ceil((wanted * share) / 100), missing));
}

/** Workers are divided by numbers: a candidate's share of the work is its share of the instances. */
function workerCounts(input: ShareInput, { coming, settled, steps }: Both): Counts {
  const baseline = steps.baseline ?? '';
  const side = (operation: string) => ({
    present: presentCount(input, operation),
    ready: readyCount(input, operation),
  });
  const known = new Set([coming.operation, settled.operation, ...(steps.baseline === null ? [] : [baseline])]);
  const bounds = boundsOf(coming.module);
  const divided = replicaCounts(bounds, {
    weight: steps.wanted.weight,
    withBaseline: steps.baseline !== null,
    candidate: side(coming.operation),
    baseline: steps.baseline === null ? { present: 0, ready: 0 } : side(baseline),
    stable: side(settled.operation),
    older: input.instances.filter((each) => isPresent(each) && !known.has(each.operation)).length,
  });
  const counts: Counts = new Map([
    [coming.operation, divided.candidate],
    ...(steps.baseline === null ? [] : [[baseline, divided.baseline] as const]),
    [settled.operation, divided.stable],
  ]);
  // A baseline that was compared for the last time took its instances from the version before: it is missed until others are there.
  const needed = Math.min(bounds.wanted - bounds.maxUnavailable, settled.module.instances);
  bridgeOver(input, { counts, needed });
  return counts;
}

/** A version that was superseded serves on as far as the others are not ready in the number that is needed. */
function bridgeOver(input: ShareInput, goal: { readonly counts: Counts; readonly needed: number }): void {
  const { counts, needed } = goal;
  const known = new Set(counts.keys());
  let missing = needed - input.instances.filter((each) => known.has(each.operation) && each.state === 'ready').length;
  for (const each of input.instances) {
    if (missing <= 0) return;
    if (each.state !== 'ready' || known.has(each.operation)) continue;
    counts.set(each.operation, (counts.get(each.operation) ?? 0) + 1);
    missing -= 1;
  }
}
