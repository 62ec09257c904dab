import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOfStranger, jsonBombs, takesDocuments, throwBombs } from './json-bombs-for-tests.ts';
import { faultOfJson, usualJson } from './platform/http/json-limits.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

describe('documents with a million keys, items and levels', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
  });
  afterAll(() => tests.stop());

  it('are refused by operations that take one, and nothing breaks', async () => {
    // Half of the smaller ones fit into a request: the limits of its size and of its content are two.
    for (const [size, share] of [
      [100_000, 1],
      [1_000_000, 10],
    ] as const) {
      const operations = takesDocuments.filter((_, at) => at % share === 0);
      const { sent, wrong, statuses } = await throwBombs(tests, jsonBombs(size), operations);

      console.log(`${sent} documents of size ${size}: ${[...statuses].toSorted((a, b) => a - b).join(', ')}`);
      expect(wrong).toEqual([]);
      expect((await tests.send('GET /about')).status).toBe(200);
    }
    expect(({} as Record<string, unknown>)['administrator']).toBeUndefined();
  });

  it('end the connection of whoever sends them where an agent should say who it is', async () => {
    for (const { body } of jsonBombs(1_000_000))
      expect([1006, 1008, 1009]).toContain(await endOfStranger(tests, String(body)));

    expect((await tests.send('GET /about')).status).toBe(200);
  });

  it('cost no more time to judge than a document that is as long and harmless', () => {
    const harmless = `[${Array.from({ length: 9000 }, (_, at) => `"item ${at} ${'x'.repeat(100)}"`).join(',')}]`;
    const perLetter = (text: string) => costOf(() => faultOfJson(text, usualJson)) / text.length;
    const usual = perLetter(harmless);

    expect(faultOfJson(harmless, usualJson)).toBeUndefined();
    for (const { name, body } of jsonBombs(1_000_000)) {
      const text = String(body).slice(0, 1024 * 1024);
      // Short ones cost next to nothing, and what they cost is noise.
      if (text.length > 100_000) expect(`${name} ${perLetter(text) < 20 * usual}`).toBe(`${name} true`);
    }
  });
});

/** Processor time in microseconds; the least of a few, because others work beside us. */
function costOf(work: () => unknown): number {
  const costs = Array.from({ length: 7 }, () => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user;
  });
  return Math.max(1, Math.min(...costs));
}
