import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freeBytes } from '@almanac/host';
import { addApplication, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { seededRandom } from '../seeded-random.ts';
import { startWriters, untilAnswered } from './acknowledgements.ts';
import { startEffects } from './effects.ts';

const run = promisify(execFile);
const diskBytes = 1200 * 1024 * 1024;

export interface DiskFullSummary {
  readonly points: number;
  /** Points at which the disk was seen without a free byte, or a write was refused for it. */
  readonly felt: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Seconds from the moment that there was room again until writes were acknowledged. */
  readonly back: { readonly median: number; readonly longest: number };
  readonly wrong: readonly string[];
}

export function diskFullNeeds(): readonly string[] {
  return process.getuid?.() === 0 ? [] : ['root, to mount a small disk'];
}

/**
 * Fills the disk of an estate that works, each time up to another point, and frees it again: what was acknowledged must
 * be there, and everything must go on by itself. At the end a deployment must succeed, and its migration must run once.
 */
export async function fillDisk(input: {
  readonly points: number;
  readonly seed: number;
  readonly onPoint?: (point: number, wrong: readonly string[]) => void;
}): Promise<DiskFullSummary> {
  const random = seededRandom(input.seed);
  const directory = await mkdtemp(join(tmpdir(), 'almanac full disk '));
  await chmod(directory, 0o711);
  const disk = join(directory, 'disk');
  await mkdir(disk);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes},mode=711`, 'tmpfs', disk]);
  await mkdir(join(disk, 'estate'), { mode: 0o711 });
  const effects = await startEffects(directory);
  const estate = await startEstate(undefined, { directory: join(disk, 'estate') });
  const filler = join(disk, 'filler');
  const wrong: string[] = [];
  const back: number[] = [];
  let felt = 0;
  try {
    await addApplication(estate.client, effects.repository.path);
    const writes = startWriters(estate.client, 4);
    for (let point = 1; point <= input.points; point += 1) {
      await waitUntil('enough to go on', () => writes.within(1000) >= 20);
      const left = Math.floor(random() * 4 * 1024 * 1024);
      await run('fallocate', ['--length', String(Math.max(4096, (await freeBytes(disk)) - left)), filler]);
      // What is left is filled by the work itself, or by us: one way or the other there comes a write without room.
      const fullAt = performance.now() + 1500;
      const before = writes.totals();
      let full = false;
      while (performance.now() < fullAt) {
        full ||= (await freeBytes(disk)) === 0;
        if (!full && performance.now() > fullAt - 700)
          await run('dd', ['if=/dev/zero', `of=${filler}.rest`, 'bs=4k', 'status=none']).catch(() => undefined);
        await pause(50);
      }
      if (full || writes.totals().unknown > before.unknown) felt += 1;
      await Promise.all([rm(filler), rm(`${filler}.rest`, { force: true })]);
      const freedAt = performance.now();
      const found: string[] = [];
      try {
        const count = writes.totals().acknowledged;
        await waitUntil('writes to be acknowledged again', () => writes.totals().acknowledged > count + 8, 60);
        back.push((performance.now() - freedAt) / 1000);
        found.push(...(await waitUntil('an answer', () => writes.missing(), 60)));
      } catch (error) {
        found.push(error instanceof Error ? error.message : String(error));
      }
      wrong.push(...found.map((each) => `point ${point}: ${each}`));
      input.onPoint?.(point, found);
    }
    await writes.stop();
    const commit = await effects.commitTurn(1);
    await untilAnswered(() => estate.client.reportPush({ params: { application: 'effects' }, body: { commit } }));
    await whenRunning(estate.client, { application: 'effects', commit, seconds: 120 }).catch((error: unknown) =>
      wrong.push(error instanceof Error ? error.message : String(error)),
    );
    const times = effects.byTurn().get(1) ?? 0;
    if (times !== 1) wrong.push(`the migration at the end ran ${times} times`);
    const sorted = back.toSorted((a, b) => a - b);
    const { acknowledged, unknown: refused } = writes.totals();
    return {
      points: input.points,
      felt,
      acknowledged,
      refused,
      back: { median: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 },
      wrong,
    };
  } finally {
    await estate.stop();
    await effects.stop();
    await run('umount', ['--lazy', disk]);
    await rm(directory, { recursive: true, force: true });
  }
}
