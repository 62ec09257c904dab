import { describe, expect, it } from 'vitest';
import { huntMutants, runSeeds } from './simulator/campaign.ts';

/** Other seeds each night; ALMANAC_SEED repeats a night. */
const from = Number(process.env['ALMANAC_SEED'] ?? 1_000_000 + (Math.floor(Date.now() / 86_400_000) % 10_000) * 10_000);
const seeds = 10_000;
const hours = 3_600_000;

describe(`simulated estates, ${seeds} of them (ALMANAC_SEED=${from})`, () => {
  it(
    'keep every rule while things go wrong, and come to rest when nothing does any more',
    () => {
      const { wrong, missing } = runSeeds({ from, seeds });

      expect(wrong.map((run) => `npm run simulate -- --seed ${run.seed} --trace: ${run.wrong}`)).toEqual([]);
      expect(missing).toEqual([]);
    },
    3 * hours,
  );

  it(
    'every bug that is planted is found',
    () => {
      const hunts = huntMutants({ from: 1, mostSeeds: 200 });

      expect(hunts.filter((each) => each.seeds === undefined).map((each) => each.mutant)).toEqual([]);
    },
    3 * hours,
  );
});
