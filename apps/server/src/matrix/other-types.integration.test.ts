import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confuseTypes } from './other-types.ts';
import { type ProbedServer, startProbedServer } from './permission-matrix.ts';

describe('a field or parameter of another type than the API declares (sampled; all of it: other-types.security)', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer({ ALMANAC_REQUESTS_PER_MINUTE: '10000000' });
  });
  afterAll(() => server.stop());

  it('is refused before anybody looks at it, and nothing changes', async () => {
    const before = await server.digest();
    const { tried, taken } = await confuseTypes(server, { every: 7 });

    expect(taken.slice(0, 30)).toEqual([]);
    expect(await server.digest()).toBe(before);
    expect(tried).toBeGreaterThan(500);
  }, 120_000);

  it('is told with the parameters that there are, where its name is nearly right', async () => {
    const { status, body } = await server.tests.send('GET /plans?enviroment=production');

    expect(status).toBe(422);
    expect(body.detail).toBe(
      '/query/enviroment: no parameter of this address, which takes limit, cursor, environment, application, active',
    );
  });
});
