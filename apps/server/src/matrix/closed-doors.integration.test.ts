import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knock, mutations, refusals } from './closed-doors.ts';
import { type ProbedServer, startProbedServer } from './permission-matrix.ts';

describe('closed doors', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer();
  });
  afterAll(() => server.stop());

  it('stay closed to strangers, however the request is written, and no handler hears of it', async () => {
    const before = await server.digest();
    const opened: string[] = [];
    let knocks = 0;

    for await (const { what, status } of knock(server, { every: 37, from: 0 })) {
      knocks += 1;
      if (!refusals.has(status)) opened.push(`${what} was answered with ${status}`);
    }

    expect(opened).toEqual([]);
    expect(server.called).toEqual([]);
    expect(await server.digest()).toBe(before);
    expect(knocks).toBeGreaterThan(600);
    expect(Object.keys(mutations).length).toBeGreaterThanOrEqual(40);
  }, 120_000);
});
