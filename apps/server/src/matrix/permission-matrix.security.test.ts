import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ProbedServer, questions, startProbedServer } from './permission-matrix.ts';

describe('the whole permission matrix', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer();
  });
  afterAll(() => server.stop());

  it('answers every question as the route declares', async () => {
    const before = await server.digest();
    const wrong: string[] = [];
    let asked = 0;

    for (const question of questions(server.estate)) {
      asked += 1;
      const { outcome } = await ask(server, question);
      if (outcome !== String(question.expected))
        wrong.push(`${question.operation} by ${question.who}, ${question.variant}: ${outcome}`);
    }

    console.log(`${asked} questions`);
    expect(wrong).toEqual([]);
    expect(await server.digest()).toBe(before);
  }, 600_000);
});
