import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerForTests, startServerForTests } from './server-for-tests.ts';

const password = 'seven purple teapots';
const ownPage = { 'sec-fetch-site': 'same-origin' };
const names = 100_000;
const timings = 500;

describe('guessing at full size', () => {
  let tests: ServerForTests;
  let database: pg.Client;

  beforeAll(async () => {
    tests = await startServerForTests();
    database = await tests.connect();
    // The cheapest hash that is allowed: it hides least.
    for (const [name, value] of [
      ['argon2id-memory', 46],
      ['argon2id-passes', 1],
    ] as const)
      await tests.send(`PUT /security-numbers/${name}`, { body: { value } });
    for (const name of ['ada', 'dora', 'olga']) {
      const { link } = (await tests.send('POST /users', { body: { name, role: 'viewer' } })).body;
      await tests.send('POST /password', { as: null, body: { token: link.token, password }, headers: ownPage });
    }
  });
  afterAll(() => tests.stop());

  const guess = (name: string, from: string, given = 'not the password') =>
    tests.send('POST /sessions', { as: null, body: { name, password: given }, headers: ownPage, from });
  /** The n-th address of some that are all different. */
  const address = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  const rows = async () => (await database.query('select count(*)::int as count from sign_in_attempts')).rows[0].count;

  it('tells nobody by its time whether a name exists: medians within five per cent, the same distribution', async () => {
    const known: number[] = [];
    const unknown: number[] = [];
    const time = async (name: string, turn: number) => {
      const begun = performance.now();
      const { status } = await guess(name, address(turn));
      expect(status).toBe(401);
      return performance.now() - begun;
    };
    for (let turn = 0; turn < timings + 20; turn += 1) {
      // Blocks are not what is measured; what comes first in a turn changes, so that neither profits from the other.
      if (turn % 10 === 0) await database.query('delete from sign_in_attempts');
      const people = ['ada', 'dora', 'olga'][turn % 3] ?? '';
      const order = turn % 2 === 0 ? [people, `nobody-${turn}`] : [`nobody-${turn}`, people];
      for (const [place, name] of order.entries()) {
        const took = await time(name, turn * 2 + place);
        // The first turns warm up.
        if (turn >= 20) (name === people ? known : unknown).push(took);
      }
    }

    const [one, other] = [medianOf(known), medianOf(unknown)];
    expect(Math.abs(one - other) / other, `medians ${one} ms and ${other} ms`).toBeLessThan(0.05);
    expect(differenceInRanks(known, unknown)).toBeGreaterThan(0.01);
  });

  it('of a hundred thousand other names frees nobody who is blocked, and fills neither the table nor the memory', async () => {
    await database.query('delete from sign_in_attempts');
    for (let failure = 0; failure < 6; failure += 1) {
      await guess('ada', '192.0.2.1');
      await database.query(`update sign_in_attempts set blocked_until = null where failures < 6`);
    }
    expect((await guess('ada', '192.0.2.1', password)).status).toBe(429);
    const before = usedHeap();
    const begun = Date.now();

    let counted = 0;
    for (let from = 0; from < names; from += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => guess(`stranger-${from + at}`, address(from + at))),
      );
      for (const { status } of answers) {
        expect([401, 429]).toContain(status);
        if (status === 401) counted += 1;
      }
    }

    const minutes = Math.ceil((Date.now() - begun) / 60_000) + 1;
    // What is counted for all together is what bounds the rest: 300 in a minute, and one each 2 s after that.
    expect(counted).toBeLessThanOrEqual(minutes * (300 + 31));
    expect(await rows()).toBeLessThanOrEqual(3 * counted + 10);
    expect(usedHeap() - before).toBeLessThan(64 * 1024 * 1024);
    expect((await guess('ada', '192.0.2.1', password)).status).toBe(429);
  });
});

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The probability that two samples of one distribution differ at least so much in their ranks (Mann-Whitney, two-sided). */
function differenceInRanks(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, ofOne: true })), ...other.map((value) => ({ value, ofOne: false }))];
  const ranked = all.toSorted((a, b) => a.value - b.value);
  const ranks = ranked.reduce((sum, { ofOne }, at) => sum + (ofOne ? at + 1 : 0), 0);
  const [n, m] = [one.length, other.length];
  const u = ranks - (n * (n + 1)) / 2;
  const z = Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  // The upper tail of the normal distribution (Abramowitz and Stegun 26.2.17), twice.
  const t = 1 / (1 + 0.2316419 * z);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail =
    series.reduceRight((sum, each) => (sum + each) * t, 0) * (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
  return Math.min(1, 2 * tail);
}

/** Bytes that are in use once nothing is left to collect. */
function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
