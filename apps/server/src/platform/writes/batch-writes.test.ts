import { describe, expect, it } from 'vitest';
import { batchWrites } from './batch-writes.ts';

describe('batched writes', () => {
  it('are done together when they come together, so many at a time, each with its own result', async () => {
    const written: (readonly number[])[] = [];
    const write = batchWrites<number, number>({
      most: 2,
      write: (items) => {
        written.push(items);
        return Promise.resolve(items.map((each) => each * 10));
      },
    });

    expect(await Promise.all([write(1), write(2), write(3)])).toEqual([10, 20, 30]);
    expect(written).toEqual([[1, 2], [3]]);
    expect(await write(4)).toBe(40);
  });

  it('wait for the one that runs, and go together then', async () => {
    const written: (readonly string[])[] = [];
    const ends: (() => void)[] = [];
    const write = batchWrites<string, string>({
      most: 10,
      write: async (items) => {
        written.push(items);
        await new Promise<void>((resolve) => ends.push(resolve));
        return items;
      },
    });
    const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

    const first = write('a');
    await turn();
    const later = [write('b'), write('c')];
    ends.shift()?.();
    await first;
    await turn();
    ends.shift()?.();
    await Promise.all(later);

    expect(written).toEqual([['a'], ['b', 'c']]);
  });

  it('that fail together are done one by one, and only what cannot be written fails', async () => {
    const write = batchWrites<string, string>({
      most: 10,
      write: (items) =>
        items.includes('bad') ? Promise.reject(new Error('it cannot be written')) : Promise.resolve(items),
    });

    const done = await Promise.allSettled([write('a'), write('bad'), write('b')]);

    expect(done.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
