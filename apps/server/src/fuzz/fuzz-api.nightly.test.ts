import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from '../server-for-tests.ts';
import { estateForFuzzing } from './estate-for-fuzzing.ts';
import { fuzzApi } from './fuzz-api.ts';

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? Date.now() % 2 ** 31);
const requests = 100_000;

describe(`a hundred thousand requests that nobody thought of (seed ${seed})`, () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
  });
  afterAll(() => tests.stop());

  it('are answered as the API describes, and never by a defect', async () => {
    const summary = await fuzzApi(tests, { requests, seed, known: await estateForFuzzing(tests) });

    console.log(JSON.stringify({ ...summary, wrong: summary.wrong.length }));
    expect(summary.wrong).toEqual([]);
    expect(summary.requests).toBe(requests);
    expect((await tests.send('GET /about')).status).toBe(200);
  }, 3_600_000);
});
