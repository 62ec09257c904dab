import { expect, it } from 'vitest';
import { runReturns } from './chaos/run-returns.ts';

it.skipIf(process.platform !== 'linux')(
  'a site is back on the good version within a minute, whatever the bad one does, and while its server is away',
  async () => {
    const results = await runReturns({ rounds: 3 });

    console.log(JSON.stringify(results));
    expect(results.flatMap(({ name, wrong }) => wrong.map((each) => `${name}: ${each}`))).toEqual([]);
  },
  2 * 3_600_000,
);
