import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { createKernel, type Work } from './kernel.ts';

const runAll = (kernel: ReturnType<typeof createKernel>) => {
  while (kernel.next());
};

describe('simulated time', () => {
  it('lets events happen by time, and those of one time in the order in which they were queued', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (times) => {
        const queue = new EventQueue();
        for (const [turn, at] of times.entries()) queue.add({ at, turn, run: () => undefined });

        const taken: (readonly [number, number])[] = [];
        for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push([next.at, next.turn]);

        const expected = times.map((at, turn) => [at, turn] as const);
        expect(taken).toEqual(expected.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });

  it('ends the work of a process where it pauses, and lets it clean up after itself', () => {
    const kernel = createKernel();
    const process = kernel.createProcess('node');
    const done: string[] = [];
    function* work(): Work {
      try {
        done.push('begun');
        yield 100;
        done.push('ended');
      } finally {
        done.push('cleaned up');
      }
    }
    process.spawn(work());
    kernel.after(50, process.kill);

    runAll(kernel);

    expect(done).toEqual(['begun', 'cleaned up']);
  });

  it('does not let an earlier life of a process go on in the next one', () => {
    const kernel = createKernel();
    const process = kernel.createProcess('node');
    const done: string[] = [];
    function* work(): Work {
      yield 100;
      done.push('ended');
    }
    process.spawn(work());
    kernel.after(50, () => {
      process.kill();
      process.revive();
    });

    runAll(kernel);

    expect(done).toEqual([]);
    expect(process.life()).toBe(1);
  });

  it('holds a process up as long as it is stopped', () => {
    const kernel = createKernel();
    const process = kernel.createProcess('node');
    let endedAt = 0;
    process.spawn(
      (function* (): Work {
        yield 10;
        endedAt = kernel.now();
      })(),
    );
    process.pause(500);

    runAll(kernel);

    expect(endedAt).toBe(510);
  });

  it('leaps over weeks in which nothing happens, without any event being lost', () => {
    const kernel = createKernel();
    let at = 0;
    kernel.after(1000, () => {
      at = kernel.now();
    });
    kernel.leap(86_400_000);

    runAll(kernel);

    expect(at).toBe(86_401_000);
    expect(kernel.elapsed()).toBe(1000);
  });
});
