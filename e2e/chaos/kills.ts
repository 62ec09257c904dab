import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@almanac/testkit';
import { type Part, processOf } from '../processes.ts';
import { seededRandom } from '../seeded-random.ts';
import { leastPerSecond, type Scene } from './scene.ts';

/** How often each part is killed. */
export type KillCounts = Readonly<Partial<Record<Part, number>>>;

export interface FaultSummary {
  readonly fired: number;
  /** Faults that could not be fired, or before which there was too little going on: they do not count. */
  readonly skipped: number;
  readonly leastPerSecond: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly orders: number;
  readonly deployments: number;
  /** Seconds until writes were acknowledged again: the median and the longest. */
  readonly back: { readonly median: number; readonly longest: number };
  /** What was lost, done twice or left behind, in words. */
  readonly faults: readonly string[];
}

/** A part that was started so often within moments is started again later and later. */
const restMs = 5500;
const patienceSeconds = 60;

/** Kills parts at random moments while the scene is busy, and looks after each whether what was acknowledged is there. */
export async function killParts(
  scene: Scene,
  input: {
    readonly counts: KillCounts;
    readonly seed: number;
    /** Ends after the first fault that was found: enough to show that faults are found. */
    readonly stopWhenFound?: boolean;
    readonly onProgress?: (done: number, total: number) => void;
  },
): Promise<FaultSummary> {
  const random = seededRandom(input.seed);
  const waiting = Object.entries(input.counts).flatMap(([part, times]) =>
    Array.from({ length: times }, () => part as Part),
  );
  const total = waiting.length;
  const lastKill = new Map<Part, number>();
  const faults: string[] = [];
  const back: number[] = [];
  let skipped = 0;
  let least = Number.POSITIVE_INFINITY;
  while (waiting.length > 0 && !(input.stopWhenFound === true && faults.length > 0)) {
    const rested = (part: Part) => performance.now() - (lastKill.get(part) ?? Number.NEGATIVE_INFINITY) > restMs;
    const ready = waiting.filter(rested);
    if (ready.length === 0) {
      await pause(100);
      continue;
    }
    const part = ready[Math.floor(random() * ready.length)] as Part;
    waiting.splice(waiting.indexOf(part), 1);
    const busy = await waitUntil('enough to go on', async () => scene.isBusy(), patienceSeconds).catch(() => false);
    await pause(random() * 400);
    const rate = scene.writes.within(1000);
    const pid = processOf(scene.estate, part);
    if (busy === false || rate < leastPerSecond / 2 || pid === undefined) {
      skipped += 1;
      continue;
    }
    least = Math.min(least, rate);
    const before = scene.writes.totals().acknowledged;
    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    lastKill.set(part, performance.now());
    // The server ends with its PostgreSQL.
    if (part === 'postgres') lastKill.set('server', performance.now());
    try {
      await waitUntil(
        `${part} to be back`,
        async () => (processOf(scene.estate, part) ?? pid) !== pid,
        patienceSeconds,
      );
      await waitUntil(
        'writes to be acknowledged again',
        async () => scene.writes.totals().acknowledged > before + 8,
        patienceSeconds,
      );
      back.push((performance.now() - killedAt) / 1000);
    } catch (error) {
      faults.push(`after the kill of ${part}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const missing = await waitUntil('an answer', () => scene.writes.missing(), patienceSeconds);
    faults.push(...missing.map((each) => `after the kill of ${part}: ${each}`));
    input.onProgress?.(total - waiting.length, total);
  }
  faults.push(...(await scene.settle()));
  const sorted = back.toSorted((a, b) => a - b);
  return {
    fired: total - waiting.length - skipped,
    skipped,
    leastPerSecond: least,
    ...scene.writes.totals(),
    orders: scene.orders.placed(),
    deployments: scene.deployments.turns(),
    back: { median: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 },
    faults,
  };
}
