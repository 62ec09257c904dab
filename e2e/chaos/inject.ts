import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@almanac/testkit';
import { seededRandom } from '../seeded-random.ts';
import type { Fault } from './faults.ts';
import { leastPerSecond, type Scene, type SceneOptions, startScene } from './scene.ts';

export interface FaultSummary {
  readonly fired: number;
  /** Faults that could not happen, or before which there was too little going on: they do not count. */
  readonly skipped: number;
  /** Writes that were acknowledged in the second before the quietest fault. */
  readonly leastPerSecond: number;
  readonly acknowledged: number;
  /** Writes that nobody answered: they may be there or not. */
  readonly unknown: number;
  readonly orders: number;
  readonly deployments: number;
  /** Builds that were asked for again because their builder was killed each time. */
  readonly rebuilt: number;
  /** Seconds from the fault until writes were acknowledged again. */
  readonly back: { readonly median: number; readonly longest: number };
  /** What was lost, done twice or left behind, in words. */
  readonly wrong: readonly string[];
}

/** A part that ended again so soon is started again later and later. */
const restMs = 5500;
const patienceSeconds = 60;

interface Injection {
  readonly faults: readonly Fault[];
  readonly seed: number;
  /** Ends after the first thing that is wrong: enough to show that it is noticed. */
  readonly untilWrong?: boolean;
  readonly onFault?: (fault: Fault, left: number) => void;
}

/** Starts an estate with work on it, lets faults happen, and removes all of it. */
export async function injectUnderLoad(input: Injection & { readonly estate?: SceneOptions }): Promise<FaultSummary> {
  const scene = await startScene(input.estate);
  try {
    return await injectFaults(scene, input);
  } finally {
    await scene.remove();
  }
}

/**
 * Lets faults happen in random order and at random moments while the scene is busy, and looks after each whether what
 * was acknowledged is there; then ends the work and looks at the rest.
 */
async function injectFaults(scene: Scene, input: Injection): Promise<FaultSummary> {
  const random = seededRandom(input.seed);
  const waiting = [...input.faults];
  const lastOf = new Map<string, number>();
  const wrong: string[] = [];
  const back: number[] = [];
  let skipped = 0;
  let least = Number.POSITIVE_INFINITY;
  while (waiting.length > 0 && !(input.untilWrong === true && wrong.length > 0)) {
    const ready = waiting.filter((each) => performance.now() - (lastOf.get(each.part) ?? -restMs) >= restMs);
    const fault = ready[Math.floor(random() * ready.length)];
    if (fault === undefined) {
      await pause(50);
      continue;
    }
    waiting.splice(waiting.indexOf(fault), 1);
    await waitUntil('enough to go on', () => scene.isBusy(), patienceSeconds).catch(() => undefined);
    await pause(random() * 400);
    const rate = scene.writes.within(1000);
    const before = scene.writes.totals().acknowledged;
    const startedAt = performance.now();
    try {
      if (rate < leastPerSecond || !(await fault.happen(scene.estate))) {
        skipped += 1;
        continue;
      }
      least = Math.min(least, rate);
      await waitUntil(
        'writes to be acknowledged again',
        () => scene.writes.totals().acknowledged > before + 8,
        patienceSeconds,
      );
      back.push((performance.now() - startedAt) / 1000);
      const missing = await waitUntil('an answer', () => scene.writes.missing(), patienceSeconds);
      wrong.push(...missing.map((each) => `after ${fault.name}: ${each}`));
    } catch (error) {
      wrong.push(`after ${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    // The server ends with its PostgreSQL.
    for (const part of fault.part === 'postgres' ? ['postgres', 'server'] : [fault.part])
      lastOf.set(part, performance.now());
    input.onFault?.(fault, waiting.length);
  }
  wrong.push(...(await scene.settle()));
  const sorted = back.toSorted((a, b) => a - b);
  return {
    fired: back.length,
    skipped,
    leastPerSecond: least,
    ...scene.writes.totals(),
    orders: scene.orders.placed(),
    deployments: scene.deployments.turns(),
    rebuilt: scene.deployments.rebuilt(),
    back: { median: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 },
    wrong,
  };
}
