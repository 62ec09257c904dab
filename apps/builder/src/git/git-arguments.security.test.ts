import { expect, it } from 'vitest';
import { recordDrawnFetches } from './git-arguments-for-tests.ts';

it('whatever a repository or a branch is called, git gets it as one operand or hears nothing of it: ten thousand names', async () => {
  const counts = await recordDrawnFetches({ numRuns: 10_000 });

  console.log(JSON.stringify(counts));
  expect(counts.fetched).toBeGreaterThan(1000);
  expect(counts.refused).toBeGreaterThan(1000);
});
