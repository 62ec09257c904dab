import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignDocuments, type HostileEstate, harass, openHostileEstate } from './hostile-agent-for-tests.ts';

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? Date.now() % 2 ** 31);
const messages = 100_000;
const mebibyte = 1024 * 1024;

describe(`an agent that lies a hundred thousand times (seed ${seed})`, () => {
  let estate: HostileEstate;

  beforeAll(async () => {
    estate = await openHostileEstate();
  });
  afterAll(() => estate.tests.stop());

  it('changes nothing but what is known of its own site, and costs no more memory in the end', async () => {
    const before = await estate.others();
    await harass(estate, { messages: messages / 10, seed });
    const warm = process.memoryUsage().rss;

    const taken = await harass(estate, { messages, seed: seed + 1 });

    const grown = Math.round((process.memoryUsage().rss - warm) / mebibyte);
    console.log(JSON.stringify({ taken, grownMebibytes: grown }));
    expect(taken).toBeGreaterThan(messages / 10);
    expect(await estate.others()).toBe(before);
    expect(foreignDocuments(estate.hostile)).toEqual([]);
    expect((await estate.tests.send('GET /about')).status).toBe(200);
    expect(grown).toBeLessThan(300);
  });

  it('is read no faster than it is taken, however much it sends at once', async () => {
    const socket = await estate.hostile.open();
    const large = JSON.stringify({
      kind: 'log-chunk',
      id: 'none',
      chunk: { text: 'x'.repeat(4 * mebibyte), next: 1, instances: [] },
    });
    const warm = process.memoryUsage().rss;
    let most = 0;

    for (let sent = 0; sent < 256; sent += 1) {
      socket.send(large);
      // What the client itself keeps until it is read is no concern of the server.
      while (socket.bufferedAmount > 64 * mebibyte) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage().rss);
    }
    await estate.hostile.settle();

    expect(Math.round((most - warm) / mebibyte)).toBeLessThan(1024);
    expect((await estate.tests.send('GET /about')).status).toBe(200);
  });
});
