import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knock, refusals } from './closed-doors.ts';
import { type ProbedServer, startProbedServer } from './permission-matrix.ts';

describe('closed doors, all of them', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer();
  });
  afterAll(() => server.stop());

  it('stay closed to every stranger, however the request is written', async () => {
    const before = await server.digest();
    const opened: string[] = [];
    let knocks = 0;

    for await (const { what, status } of knock(server, { every: 1, from: 0 })) {
      knocks += 1;
      if (!refusals.has(status)) opened.push(`${what} was answered with ${status}`);
    }

    console.log(`${knocks} knocks`);
    expect(opened).toEqual([]);
    expect(server.called).toEqual([]);
    expect(await server.digest()).toBe(before);
  }, 600_000);
});
