import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignDocuments, type HostileEstate, harass, openHostileEstate } from './hostile-agent-for-tests.ts';

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? 20_261_130);

describe(`an agent that lies (seed ${seed}; at full size: hostile-agent.security)`, () => {
  let estate: HostileEstate;

  beforeAll(async () => {
    estate = await openHostileEstate();
  });
  afterAll(() => estate.tests.stop());

  it('changes nothing but what is known of its own site, and is told of nothing else', async () => {
    const before = await estate.others();

    expect(await harass(estate, { messages: 1500, seed })).toBeGreaterThan(150);

    expect(await estate.others()).toBe(before);
    expect(foreignDocuments(estate.hostile)).toEqual([]);
    expect((await estate.tests.send('GET /about')).status).toBe(200);
  }, 240_000);

  it('reads no artifact that its site was not told to run', async () => {
    const read = async (artifact: string) => {
      await estate.hostile.open();
      return (await estate.tests.send(`GET /artifacts/${artifact}`, { as: estate.hostile.artifactToken() })).status;
    };

    expect(await read(estate.known.ownArtifact)).toBe(200);
    expect(await read(estate.known.foreignArtifact)).toBe(404);
  });
});
