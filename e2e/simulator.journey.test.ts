import { describe, expect, it } from 'vitest';
import { huntMutants, runSeeds } from './simulator/campaign.ts';
import type { Mutant } from './simulator/mutants.ts';

const seeds = 200;
const minutes = 60_000;

/** Some of the bugs that are planted; `npm run simulate -- --mutants` plants all of them. */
const planted: readonly Mutant[] = [
  'acknowledge-before-commit',
  'no-idempotency',
  'forget-analysis',
  'no-generation-check',
  'no-journal-sync',
  'report-news-only',
];

describe('simulated estates (one of them as a story: npm run simulate -- --seed S --trace)', () => {
  it(
    `${seeds} of them keep every rule while things go wrong, and come to rest when nothing does any more`,
    () => {
      const { wrong, missing } = runSeeds({ from: 1, seeds });

      expect(wrong.map((run) => `npm run simulate -- --seed ${run.seed} --trace: ${run.wrong}`)).toEqual([]);
      expect(missing, 'what never happened proves nothing').toEqual([]);
    },
    5 * minutes,
  );

  it(
    'a bug that is planted is found',
    () => {
      const hunts = huntMutants({ from: 1, mostSeeds: 60, mutants: planted });

      expect(hunts.filter((each) => each.seeds === undefined).map((each) => each.mutant)).toEqual([]);
    },
    5 * minutes,
  );
});
