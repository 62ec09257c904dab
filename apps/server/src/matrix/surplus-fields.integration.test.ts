import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProbedServer, startProbedServer } from './permission-matrix.ts';
import { addFields, columnsOf, misname, otherMediaTypes, type Tried } from './surplus-fields.ts';

describe('a document with more in it than the API declares (sampled; all of it: surplus-fields.security)', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer({ ALMANAC_REQUESTS_PER_MINUTE: '10000000' });
  });
  afterAll(() => server.stop());

  const look = async (tries: AsyncGenerator<Tried>) => {
    const before = await server.digest();
    const harmful: string[] = [];
    let tried = 0;
    for await (const { what, isHarmless } of tries) {
      tried += 1;
      if (!isHarmless) harmful.push(what);
    }
    expect(harmful.slice(0, 30)).toEqual([]);
    expect(await server.digest()).toBe(before);
    return tried;
  };

  it('is refused for the name of every column, and nothing changes', async () => {
    const names = await columnsOf(server);

    expect(names.length).toBeGreaterThan(300);
    expect(await look(addFields(server, { names, every: 61, from: 0 }))).toBeGreaterThan(800);
    expect(Object.keys(Object.prototype)).toEqual([]);
  }, 120_000);

  it('is refused under any other name of its kind, and nothing changes', async () => {
    expect(await look(misname(server, { every: 11, from: 0 }))).toBeGreaterThan(500);
    expect(new Set(otherMediaTypes).size).toBeGreaterThanOrEqual(60);
  }, 120_000);
});
