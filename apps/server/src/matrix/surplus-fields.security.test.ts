import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProbedServer, startProbedServer } from './permission-matrix.ts';
import { addFields, columnsOf, misname } from './surplus-fields.ts';

describe('every document with everything in it that the API does not declare', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer({ ALMANAC_REQUESTS_PER_MINUTE: '10000000' });
  });
  afterAll(() => server.stop());

  it('is refused for the name of every column and under every other name of its kind, and nothing changes', async () => {
    const before = await server.digest();
    const harmful: string[] = [];
    const counts = { fields: 0, names: 0 };
    for await (const { what, isHarmless } of addFields(server, { names: await columnsOf(server), every: 1, from: 0 })) {
      counts.fields += 1;
      if (!isHarmless) harmful.push(what);
    }
    for await (const { what, isHarmless } of misname(server, { every: 1, from: 0 })) {
      counts.names += 1;
      if (!isHarmless) harmful.push(what);
    }

    console.log(JSON.stringify(counts));
    expect(harmful).toEqual([]);
    expect(await server.digest()).toBe(before);
    expect(counts.fields).toBeGreaterThan(40_000);
    expect(counts.names).toBeGreaterThan(5000);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
