import { describe, expect, it } from 'vitest';
import { createChance } from '../kernel/chance.ts';
import { createDisk, writeDurably } from './disk.ts';

/** As many pauses of the write as are given, then the lights go out; what is read afterwards, for several disks. */
function afterPowerCut(pauses: number, sync = true): readonly string[] {
  const found = new Set(
    Array.from({ length: 20 }, (_, seed) => {
      const disk = createDisk(createChance(seed));
      for (const _step of writeDurably(disk, { path: 'journal', content: 'old', sync: true }));
      const write = writeDurably(disk, { path: 'journal', content: 'new', sync });
      for (let pause = 0; pause < pauses; pause += 1) write.next();
      disk.powerCut();
      return disk.read('journal') ?? 'nothing';
    }),
  );
  return [...found].toSorted((a, b) => (a < b ? -1 : 1));
}

describe('the disk of a simulated machine', () => {
  it.each([
    [1, ['old']],
    [2, ['old']],
    [3, ['new', 'old']],
    [4, ['new']],
  ])('has the old content or the new one after a power cut, wherever the write was: %i', (pauses, contents) => {
    expect(afterPowerCut(pauses)).toEqual(contents);
  });

  it('has nothing left of what was renamed and never synced', () => {
    expect(afterPowerCut(3, false)).toEqual(['']);
  });

  it('keeps for a process what another one wrote, without a power cut', () => {
    const disk = createDisk(createChance(1));

    disk.write('journal', 'written');

    expect(disk.read('journal')).toBe('written');
  });
});
