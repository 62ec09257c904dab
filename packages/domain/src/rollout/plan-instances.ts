import type { ObservedInstance, RolloutDesired } from './rollout.ts';

/** What the runtime is asked to do now. `drain` takes an instance out of the traffic; `recycle` ends it to begin anew. */
export type InstanceOrder =
  | { readonly kind: 'start'; readonly module: string; readonly operation: string }
  | { readonly kind: 'restart'; readonly id: string }
  | { readonly kind: 'recycle'; readonly id: string }
  | { readonly kind: 'drain'; readonly id: string }
  | { readonly kind: 'stop'; readonly id: string }
  | { readonly kind: 'remove'; readonly id: string };

const longestPause = 60_000;
/** An instance that does not answer for so long is begun anew. */
const unreadyLimit = 15_000;

/** How long to wait before an instance is started again that ended `failures` times in a row, in milliseconds. */
export function restartPause(failures: number): number {
  return failures <= 0 ? 0 : Math.min(longestPause, 1000 * 2 ** (failures - 1));
}

/** The orders that bring the instances of one application to what is desired. Safe to repeat: orders follow states. */
export function planInstances(
  input: {
    readonly desired: RolloutDesired;
    readonly instances: readonly ObservedInstance[];
    /** So long an instance that drains may finish its requests, in milliseconds. */
    readonly stopGrace: (instance: ObservedInstance) => number;
    /** An instance that is not ready so long after its start is begun anew, in milliseconds. */
    readonly startLimit: (instance: ObservedInstance) => number;
  },
  now: number,
): readonly InstanceOrder[] {
  const { desired, instances, stopGrace, startLimit } = input;
  const orders: InstanceOrder[] = [];
  for (const module of desired.modules) {
    const own = instances.filter((each) => each.module === module.module);
    const operations = new Set([...module.shares.map((each) => each.operation), ...own.map((each) => each.operation)]);
    for (const operation of operations) {
      const wanted = module.shares.find((each) => each.operation === operation)?.instances ?? 0;
      orders.push(
        ...bringTo({
          wanted,
          module: module.module,
          operation,
          instances: own.filter((each) => each.operation === operation),
          startLimit,
          now,
        }),
      );
    }
  }
  for (const each of instances) {
    if (each.state !== 'draining') continue;
    if (each.inFlight === 0 || now - each.since >= stopGrace(each)) orders.push({ kind: 'stop', id: each.id });
  }
  return orders;
}

function bringTo(input: {
  readonly wanted: number;
  readonly module: string;
  readonly operation: string;
  readonly instances: readonly ObservedInstance[];
  readonly startLimit: (instance: ObservedInstance) => number;
  readonly now: number;
}): readonly InstanceOrder[] {
  const { wanted, module, operation, startLimit, now } = input;
  const present = input.instances.filter((each) => each.state !== 'draining' && each.state !== 'stopping');
  const missing = Math.max(0, wanted - present.length);
  const starts = Array.from({ length: missing }, (): InstanceOrder => ({ kind: 'start', module, operation }));
  const surplus = present
    .toSorted((a, b) => worth[a.state] - worth[b.state] || b.since - a.since)
    .slice(0, Math.max(0, present.length - wanted));
  const kept = present.filter((each) => !surplus.includes(each));
  return [...starts, ...surplus.map(leave), ...kept.flatMap((each) => mend(each, startLimit(each), now))];
}

/** What goes first when there are too many: what serves least. */
const worth = {
  exited: 0,
  waiting: 0,
  unready: 1,
  starting: 2,
  stopping: 3,
  draining: 3,
  ready: 4,
} as const satisfies Record<ObservedInstance['state'], number>;

function leave(instance: ObservedInstance): InstanceOrder {
  if (instance.state === 'exited' || instance.state === 'waiting') return { kind: 'remove', id: instance.id };
  return { kind: instance.state === 'ready' ? 'drain' : 'stop', id: instance.id };
}

function mend(instance: ObservedInstance, startLimit: number, now: number): readonly InstanceOrder[] {
  const age = now - instance.since;
  if (instance.state === 'exited' && age >= restartPause(instance.failures))
    return [{ kind: 'restart', id: instance.id }];
  const hangs =
    (instance.state === 'unready' && age >= unreadyLimit) || (instance.state === 'starting' && age > startLimit);
  if (hangs) return [{ kind: 'recycle', id: instance.id }];
  return [];
}
