import { expect, it } from 'vitest';
import { recordDrawnBranches, recordDrawnFetches, recordDrawnReads } from './git-arguments-for-tests.ts';

it('whatever a repository or a branch is called, git gets it as one operand or hears nothing of it: ten thousand names', async () => {
  const counts = await recordDrawnFetches({ numRuns: 10_000 });

  console.log(JSON.stringify(counts));
  expect(counts.fetched).toBeGreaterThan(1000);
  expect(counts.refused).toBeGreaterThan(1000);
});

it('whatever files and branches to be made are called, git gets each as one word or hears nothing of it: thousands', async () => {
  const counts = { ...(await recordDrawnReads({ numRuns: 3000 })), ...(await recordDrawnBranches({ numRuns: 3000 })) };

  console.log(JSON.stringify(counts));
  expect(counts.read).toBeGreaterThan(1000);
  expect(counts.made).toBeGreaterThan(300);
});
