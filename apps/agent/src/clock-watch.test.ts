import { describe, expect, it } from 'vitest';
import { createClockWatch } from './clock-watch.ts';

describe('a clock that was set', () => {
  it.each([86_400_000, -86_400_000, 6000])('by %d ms is told once', (jump) => {
    const told: unknown[] = [];
    let now = 1_000_000;
    let steady = 1_000_000;
    const watch = createClockWatch({
      now: () => now,
      steadyNow: () => steady,
      log: { warn: (details: unknown) => told.push(details) },
    });
    watch();
    now += 60_000 + jump;
    steady += 60_000;
    watch();
    watch();

    expect(told).toEqual([{ seconds: jump / 1000 }]);
  });

  it('by less than a clock drifts is not told', () => {
    const told: unknown[] = [];
    let now = 0;
    const watch = createClockWatch({
      now: () => now,
      steadyNow: () => 0,
      log: { warn: (details: unknown) => told.push(details) },
    });
    now = 4999;
    watch();

    expect(told).toEqual([]);
  });
});
