import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOfStranger, jsonBombs, takesDocuments, throwBombs } from './json-bombs-for-tests.ts';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

/** Enough to be over each limit; json-bombs.security has a million. */
const size = 12_000;

describe('documents that cost a careless reader too much', () => {
  let tests: ServerForTests;

  beforeAll(async () => {
    tests = await startServerForTests();
  });
  afterAll(() => tests.stop());

  it('are refused by operations that take one, and nothing breaks', async () => {
    const bombs = jsonBombs(size);
    const operations = takesDocuments.filter((_, at) => at % 10 === 0);

    const { sent, wrong } = await throwBombs(tests, bombs, operations);

    expect(wrong).toEqual([]);
    expect(operations.length).toBeGreaterThan(7);
    expect(sent).toBe(bombs.length * operations.length);
    expect(({} as Record<string, unknown>)['administrator']).toBeUndefined();
    expect((await tests.send('GET /about')).status).toBe(200);
  }, 120_000);

  it('end the connection of whoever sends them where an agent should say who it is', async () => {
    const codes = new Map<string, number>();
    for (const { name, body } of jsonBombs(size)) codes.set(name, await endOfStranger(tests, String(body)));

    expect(new Set(codes.values())).toEqual(new Set([1008, 1009]));
    expect(codes.get('a long text')).toBe(1008);
    expect(codes.get('a long text of escapes')).toBe(1009);
    expect((await tests.send('GET /about')).status).toBe(200);
  });
});
