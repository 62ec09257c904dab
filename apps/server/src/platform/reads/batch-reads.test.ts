import { describe, expect, it } from 'vitest';
import { batchReads } from './batch-reads.ts';

describe('batched reads', () => {
  it('are done together when they are asked for together, each key once', async () => {
    const asked: (readonly string[])[] = [];
    const read = batchReads<string>((keys) => {
      asked.push(keys);
      return Promise.resolve(new Map(keys.map((key) => [key, key.toUpperCase()])));
    });

    expect(await Promise.all([read('a'), read('b'), read('a')])).toEqual(['A', 'B', 'A']);
    expect(asked).toEqual([['a', 'b']]);
  });

  it('that come while one runs wait for the next, which is read after they came', async () => {
    let state = 1;
    let end: (() => void) | undefined;
    const read = batchReads<number>(async (keys) => {
      const seen = state;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return new Map(keys.map((key) => [key, seen]));
    });
    const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

    const first = read('a');
    await turn();
    state = 2;
    const second = read('a');
    end?.();
    expect(await first).toBe(1);
    await turn();
    end?.();

    expect(await second).toBe(2);
  });

  it('give undefined for what is not there, and fail together', async () => {
    let fails = false;
    const read = batchReads<string>(() =>
      fails ? Promise.reject(new Error('no database')) : Promise.resolve(new Map()),
    );

    expect(await read('a')).toBeUndefined();
    fails = true;
    await expect(Promise.all([read('a'), read('b')])).rejects.toThrow('no database');
    fails = false;
    expect(await read('a')).toBeUndefined();
  });
});
