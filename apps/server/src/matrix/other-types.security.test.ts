import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confuseTypes } from './other-types.ts';
import { type ProbedServer, startProbedServer } from './permission-matrix.ts';

describe('every field and parameter of every other type', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer({ ALMANAC_REQUESTS_PER_MINUTE: '10000000' });
  });
  afterAll(() => server.stop());

  it('is refused before anybody looks at it, and nothing changes', async () => {
    const before = await server.digest();
    const { tried, taken } = await confuseTypes(server, { every: 1 });

    console.log(`${tried} tries`);
    expect(taken).toEqual([]);
    expect(await server.digest()).toBe(before);
    expect(tried).toBeGreaterThan(5000);
  });
});
