import { expect, it } from 'vitest';
import { recordDrawnBranches, recordDrawnFetches, recordDrawnReads } from './git-arguments-for-tests.ts';

const seed = 20_261_130;

it('whatever a repository or a branch is called, git gets it as one operand or hears nothing of it', async () => {
  const { fetched, refused } = await recordDrawnFetches({ numRuns: 150, seed });

  expect(fetched).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
}, 120_000);

it('whatever a file is called, git is asked for that file alone', async () => {
  const { read } = await recordDrawnReads({ numRuns: 60, seed });

  expect(read).toBeGreaterThan(40);
}, 120_000);

it('whatever a branch is called that is to be made, git gets it as one reference or hears nothing of it', async () => {
  const { made, refused } = await recordDrawnBranches({ numRuns: 60, seed });

  expect(made).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(5);
}, 120_000);
