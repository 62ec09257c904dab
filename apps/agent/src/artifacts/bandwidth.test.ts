import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBandwidth, lesserLimit } from './bandwidth.ts';

/** A clock that moves only when somebody waits. */
function clockByHand() {
  let now = 0;
  return {
    now: () => now,
    pause: async (ms: number) => {
      now += ms;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const { signal } = new AbortController();

describe('the bandwidth of a site', () => {
  it('lets everything pass at once where there is no limit', async () => {
    const clock = clockByHand();
    await createBandwidth(() => undefined, clock).take(1e12, signal);

    expect(clock.now()).toBe(0);
  });

  it('is never exceeded by more than a quarter of a second, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 10_000_000 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 500_000 }), fc.integer({ min: 0, max: 5000 })), { maxLength: 40 }),
        async (rate, pieces) => {
          const clock = clockByHand();
          const bandwidth = createBandwidth(() => rate, clock);
          let passed = 0;
          for (const [bytes, rest] of pieces) {
            clock.pass(rest);
            await bandwidth.take(bytes, signal);
            passed += bytes;
            expect(passed).toBeLessThanOrEqual((clock.now() / 1000 + 0.25) * rate + 1);
          }
        },
      ),
    );
  });

  it('is used up: a link that is never idle carries what the limit says', async () => {
    const clock = clockByHand();
    const bandwidth = createBandwidth(() => 100_000, clock);
    for (let piece = 0; piece < 100; piece += 1) await bandwidth.take(16_384, signal);

    expect((100 * 16_384) / (clock.now() / 1000)).toBeGreaterThan(99_000);
  });

  it('is shared by downloads that run side by side', async () => {
    const clock = clockByHand();
    const bandwidth = createBandwidth(() => 1000, clock);
    await Promise.all([bandwidth.take(5000, signal), bandwidth.take(5000, signal)]);

    expect(clock.now()).toBeGreaterThanOrEqual(9750);
  });

  it('holds nobody any longer once the limit is taken away', async () => {
    const clock = clockByHand();
    let limit: number | undefined = 10;
    const bandwidth = createBandwidth(() => limit, {
      ...clock,
      pause: async (ms) => {
        await clock.pause(ms);
        if (clock.now() >= 3000) limit = undefined;
      },
    });
    await bandwidth.take(1_000_000, signal);

    expect(clock.now()).toBe(3000);
  });

  it('of the agent and of the server is the lesser one', () => {
    expect(lesserLimit(undefined, undefined)).toBeUndefined();
    expect(lesserLimit(5, undefined)).toBe(5);
    expect(lesserLimit(undefined, 7)).toBe(7);
    expect(lesserLimit(5, 7)).toBe(5);
  });
});
