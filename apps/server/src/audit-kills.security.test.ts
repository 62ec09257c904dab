import { expect, it } from 'vitest';
import { killWhileCommanding } from './audit-kills-for-tests.ts';

const kills = 200;
/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? Date.now() % 1_000_000);

it(`the audit and what took effect say the same after each of ${kills} kills (seed ${seed})`, async () => {
  const { faults, acknowledged, unknown, repeated, entries, verdict } = await killWhileCommanding({ kills, seed });

  console.log(JSON.stringify({ kills, acknowledged, unknown, repeated, entries, verdict }));
  expect(faults).toEqual([]);
  // Kills that met nothing prove nothing: commands were on their way, and both ends were among them.
  expect(acknowledged).toBeGreaterThan(kills * 10);
  expect([unknown.took, unknown.lost, repeated].every((each) => each > kills / 10)).toBe(true);
  expect(verdict).toMatchObject({ first: 1, faults: [], unsealed: 0 });
});
