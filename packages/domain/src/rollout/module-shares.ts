import { type Exposure, routedInstances } from './exposure.ts';
import { isExclusive, isPresent } from './readiness.ts';
import { boundsOf, replicaCounts } from './replica-counts.ts';
import type { DesiredModuleShares, DesiredShare, ModuleTarget, ObservedInstance } from './rollout.ts';

/** One version of a module. */
export interface Side {
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
  /** How far the steps let it in; null where nothing holds it back. */
  readonly steps: StepShare | null;
  /** Whether the module is left out of what is being brought in. */
  readonly leaving: boolean;
  /** A version that takes no requests and stays ready to. */
  readonly warm: Side | null;
}

/** Instances come with the step that wants them, requests once it has been reached. */
interface StepShare {
  readonly wanted: Exposure;
  readonly reached: Exposure;
  /** Per cent of the requests that were reached by a weight. */
  readonly weight: number;
}

type Counts = Map<string, number>;

/** How many instances of which operation a module should have now, and who takes its requests. */
export function moduleShares(input: ShareInput): DesiredModuleShares {
  const { settled, coming, warm } = input;
  const shares = keepWarm(weigh(input, countsOf(input), steppedWeights(input)), warm);
  const serves = (coming ?? settled)?.module.serves === true;
  const served = shares.some((each) => each.weight > 0);
  return {
    module: input.module,
    shares,
    hold: serves && !served && !input.leaving,
    preview: previewOf(input),
  };
}

function countsOf(input: ShareInput): Counts {
  const { coming, steps, settled } = input;
  if (coming === null) return settledCounts(input);
  if (steps === null || settled === null)
    return isExclusive(coming.module) ? recreateCounts(input, coming) : rollingCounts(input, coming);
  if (isExclusive(coming.module) || isExclusive(settled.module)) return settledCounts(input);
  return coming.module.serves
    ? routedCounts(input, { coming, settled, exposure: steps.wanted })
    : workerCounts(input, { coming, settled, weight: steps.wanted.weight });
}

function settledCounts(input: ShareInput): Counts {
  const { settled } = input;
  if (settled === null || input.leaving) return new Map();
  const exclusive = isExclusive(settled.module);
  const others = input.instances.filter((each) => each.operation !== settled.operation);
  const waits = exclusive && others.length > 0;
  const counts: Counts = new Map([[settled.operation, waits ? 0 : settled.module.instances]]);
  for (const each of others)
    if (each.operation !== input.warm?.operation && standsIn(each, settled, input.instances))
      counts.set(each.operation, (counts.get(each.operation) ?? 0) + 1);
  return counts;
}

/** Whether an instance of another version serves on because none of what runs well does: somebody is better than nobody. */
export function standsIn(each: ObservedInstance, settled: Side, instances: readonly ObservedInstance[]): boolean {
  const served = instances.some(
    ({ module, operation, state }) => module === each.module && operation === settled.operation && state === 'ready',
  );
  return each.state === 'ready' && !served && !isExclusive(settled.module);
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

interface Both {
  readonly coming: Side;
  readonly settled: Side;
}

/** What is replaced keeps all its instances while the candidate is tried: it can take all requests at any time. */
function routedCounts(input: ShareInput, both: Both & { readonly exposure: Exposure }): Counts {
  const { coming, settled, exposure } = both;
  const counts: Counts = new Map([
    [coming.operation, routedInstances(exposure, coming.module.instances)],
    [settled.operation, settled.module.instances],
  ]);
  const { wanted, maxUnavailable } = boundsOf(settled.module);
  bridgeOver(input, { counts, needed: wanted - maxUnavailable });
  return counts;
}

/** Workers are divided by numbers: a candidate's share of the work is its share of the instances. */
function workerCounts(input: ShareInput, both: Both & { readonly weight: number }): Counts {
  const { coming, settled } = both;
  const side = ({ operation }: Side) => ({
    present: presentCount(input, operation),
    ready: readyCount(input, operation),
  });
  const older = input.instances.filter(
    (each) => isPresent(each) && each.operation !== coming.operation && each.operation !== settled.operation,
  ).length;
  const { candidate, stable } = replicaCounts(boundsOf(coming.module), {
    weight: both.weight,
    candidate: side(coming),
    stable: side(settled),
    older,
  });
  return new Map([
    [coming.operation, candidate],
    [settled.operation, stable],
  ]);
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

/** What the steps say, as far as somebody is ready to take it. */
function steppedWeights(input: ShareInput): ReadonlyMap<string, number> {
  const { coming, settled, steps } = input;
  if (coming === null || settled === null || steps === null) return new Map();
  if (!coming.module.serves || isExclusive(coming.module) || isExclusive(settled.module)) return new Map();
  const [fresh, old] = [readyCount(input, coming.operation), readyCount(input, settled.operation)];
  if (fresh === 0 && old === 0) return new Map();
  const weight = fresh === 0 ? 0 : old === 0 ? 100 : steps.weight;
  return new Map([
    [coming.operation, weight],
    [settled.operation, 100 - weight],
  ]);
}

/** Weights that are given, or else in relation to the instances that are ready and stay. */
function weigh(input: ShareInput, counts: Counts, given: ReadonlyMap<string, number>): DesiredShare[] {
  const staying = new Map(
    [...counts].map(([operation, count]) => [operation, Math.min(count, readyCount(input, operation))]),
  );
  const total = [...staying.values()].reduce((sum, each) => sum + each, 0);
  const shares = [...counts].map(([operation, instances]) => ({
    operation,
    instances,
    weight:
      given.size > 0
        ? (given.get(operation) ?? 0)
        : total === 0
          ? 0
          : Math.floor((100 * (staying.get(operation) ?? 0)) / total),
  }));
  return balanced(shares);
}

/** What is kept warm has its instances, and no requests by that. */
function keepWarm(shares: readonly DesiredShare[], warm: Side | null): readonly DesiredShare[] {
  if (warm === null) return shares;
  const { operation, module } = warm;
  const share = shares.find((each) => each.operation === operation) ?? { operation, instances: 0, weight: 0 };
  const kept = { ...share, instances: Math.max(share.instances, module.instances) };
  return [...shares.filter((each) => each.operation !== operation), kept];
}

function previewOf(input: ShareInput): DesiredModuleShares['preview'] {
  const { coming, steps } = input;
  if (coming === null || steps === null || !coming.module.serves) return null;
  const { matches, mirror } = steps.reached;
  if (matches.length === 0 && mirror === 0) return null;
  return readyCount(input, coming.operation) === 0 ? null : { operation: coming.operation, matches, mirror };
}

function presentCount(input: ShareInput, operation: string): number {
  return input.instances.filter((each) => each.operation === operation && isPresent(each)).length;
}

function readyCount(input: ShareInput, operation: string): number {
  return input.instances.filter((each) => each.operation === operation && each.state === 'ready').length;
}

/** Rounding down leaves a rest, which the first share that takes requests carries: weights sum to 100. */
function balanced(shares: DesiredShare[]): DesiredShare[] {
  const sum = shares.reduce((total, each) => total + each.weight, 0);
  const first = shares.findIndex((each) => each.weight > 0);
  return shares.map((each, index) => (index === first ? { ...each, weight: each.weight + 100 - sum } : each));
}
