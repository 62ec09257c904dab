import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from '../server-for-tests.ts';
import { estateForFuzzing } from './estate-for-fuzzing.ts';
import { fuzzApi } from './fuzz-api.ts';

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? 20_261_121);

describe(`requests that nobody thought of (seed ${seed}; all of them: fuzz-api.nightly)`, () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
  });
  afterAll(() => tests.stop());

  it('are answered as the API describes, and never by a defect', async () => {
    const summary = await fuzzApi(tests, { requests: 5400, seed, known: await estateForFuzzing(tests) });

    expect(summary.wrong).toEqual([]);
    expect(summary.requests).toBe(5400);
    expect(summary.statuses['200']).toBeGreaterThan(400);
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect((await tests.send('GET /about')).status).toBe(200);
  }, 120_000);
});
