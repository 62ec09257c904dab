import { describe, expect, it } from 'vitest';
import { shareReads } from './share-reads.ts';

/** Reads that end when they are told to, each with the number of its begin. */
function reads() {
  const ends: (() => void)[] = [];
  let begun = 0;
  return {
    begun: () => begun,
    end: async () => {
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    read: () => {
      begun += 1;
      const number = begun;
      return new Promise<number>((resolve) => ends.push(() => resolve(number)));
    },
  };
}

describe('shared reads', () => {
  it('answer all who came while a read ran by one that began after they came', async () => {
    const share = shareReads<number>();
    const { begun, end, read } = reads();
    const first = share('a', read);
    const later = [share('a', read), share('a', read), share('a', read)];
    expect(begun()).toBe(1);

    await end();
    expect(begun()).toBe(2);
    const last = share('a', read);
    await end();
    await end();

    expect(await Promise.all([first, ...later, last])).toEqual([1, 2, 2, 2, 3]);
  });

  it('of other keys do not wait for each other', () => {
    const share = shareReads<number>();
    const { begun, read } = reads();

    void share('a', read);
    void share('b', read);

    expect(begun()).toBe(2);
  });

  it('begin anew when nobody reads any more, and after one that failed', async () => {
    const share = shareReads<string>();
    const failing = share('a', () => Promise.reject(new Error('no')));
    const waiting = share('a', () => Promise.resolve('well'));

    await expect(failing).rejects.toThrow('no');
    expect(await waiting).toBe('well');
    expect(await share('a', () => Promise.resolve('again'))).toBe('again');
  });
});
