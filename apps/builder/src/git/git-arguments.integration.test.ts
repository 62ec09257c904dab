import { expect, it } from 'vitest';
import { recordDrawnFetches } from './git-arguments-for-tests.ts';

it('whatever a repository or a branch is called, git gets it as one operand or hears nothing of it', async () => {
  const { fetched, refused } = await recordDrawnFetches({ numRuns: 150, seed: 20_261_130 });

  expect(fetched).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
}, 120_000);
