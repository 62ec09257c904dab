import type { Operation, Plan, RingProgress } from '@almanac/protocol';

export type RingCounts = NonNullable<RingProgress['counts']>;

/** One part of the bar of a ring: how many of its sites stand so. */
export interface RingPart {
  readonly kind: 'done' | 'failed' | 'offline' | 'waiting';
  readonly count: number;
  /** Percent of the ring, for the width. */
  readonly share: number;
}

const kinds = ['done', 'failed', 'waiting', 'offline'] as const;

/** The bar of a ring; parts without a site are left out. */
export function ringParts(counts: RingCounts): readonly RingPart[] {
  return kinds
    .map((kind) => ({ kind, count: counts[kind], share: (counts[kind] * 100) / Math.max(1, counts.total) }))
    .filter((each) => each.count > 0);
}

/** The counts in words: how many have it, and what holds the others up. */
export function ringWords(counts: RingCounts): string {
  if (counts.total === 0) return 'no site';
  const others = (['failed', 'offline', 'waiting'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`);
  return [`${counts.done} of ${counts.total} done`, ...others].join(', ');
}

const begun = new Set<RingProgress['state']>(['running', 'soaking', 'passed', 'stopped']);
const steerable = new Set<Plan['state']>(['staging', 'staged', 'deploying', 'paused']);

/** Whether the sites of a ring can go back to what they ran before. */
export function mayReturn(plan: Plan, operation: Operation, ring: RingProgress): boolean {
  return steerable.has(plan.state) && operation.state === 'running' && begun.has(ring.state);
}

/** What happens when a ring goes back: it, and all that come after it, in every operation that reached it. */
export function returnConsequence(plan: Plan, name: string): string {
  const rings = plan.operations.flatMap((operation) => {
    const from = operation.rings.findIndex((each) => each.name === name);
    return from < 0 || operation.state !== 'running' ? [] : operation.rings.slice(from);
  });
  const names = [...new Set(rings.filter((each) => begun.has(each.state)).map((each) => each.name))];
  const which = names.length === 1 ? `ring ${name}` : `the rings ${names.join(', ')}`;
  return `The sites of ${which} go back to what they ran before, and plan ${plan.number} rests. Continued, it takes them anew.`;
}
