import { join } from 'node:path';
import { createRepository, type Estate, type SwitchResult, startEstate, switchUnderLoad } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('an application that changes its version again and again under a crowd', () => {
  let estate: Estate;
  let result: SwitchResult;

  beforeAll(async () => {
    estate = await startEstate();
    const repository = await createRepository(join(estate.directory, 'switched'));
    result = await switchUnderLoad(estate, repository, {
      switches: 3,
      strategies: ['rolling', 'canary', 'recreate'],
      requests: 5000,
      people: 24,
      slow: { people: 4, milliseconds: 2000 },
      sockets: 8,
      shareOf: 1000,
    });
    const { crowd, sockets } = result;
    console.log(JSON.stringify({ ...crowd, orders: crowd.orders.length, sockets, shares: result.shares }));
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
  });

  it('answers every request, slow ones too', () => {
    expect(result.crowd.errors).toEqual({});
    expect(result.crowd.requests).toBeGreaterThanOrEqual(5000);
    expect(result.crowd.slow).toBeGreaterThan(0);
  });

  it('gives a canary its share', () => {
    expect(result.shares).toHaveLength(1);
    for (const share of result.shares) expect(Math.abs(share - 20)).toBeLessThanOrEqual(2);
  });

  it('takes every order once', () => {
    expect(result.crowd.orders.length).toBeGreaterThan(500);
    expect(result.duplicates).toEqual([]);
    expect(result.vanished).toEqual([]);
  });

  it('says goodbye to every WebSocket, and loses no message on it', () => {
    expect(result.sockets.errors).toEqual({});
    expect(result.sockets.messages).toBeGreaterThan(100);
    expect(result.sockets.goodbyes).toBeGreaterThan(0);
  });
});
