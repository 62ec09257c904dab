import { ConnectionError } from '@almanac/client';
import { describe, expect, it } from 'vitest';
import { patiently } from './patiently.ts';

describe('a call of a job', () => {
  const running = new AbortController().signal;

  it('is repeated until the server answers', async () => {
    let calls = 0;
    const answer = patiently(running, async () => {
      calls += 1;
      if (calls < 3) throw new ConnectionError('nobody listens');
      return calls;
    });

    expect(await answer).toBe(3);
  });

  it('is not repeated when the server says no, or when the job is not ours any more', async () => {
    let calls = 0;
    const refused = async () => {
      calls += 1;
      throw new RangeError('no');
    };
    const lost = async () => {
      calls += 1;
      throw new ConnectionError('nobody listens');
    };

    await expect(patiently(running, refused)).rejects.toThrow('no');
    await expect(patiently(AbortSignal.abort(), lost)).rejects.toThrow('nobody listens');
    expect(calls).toBe(2);
  });
});
