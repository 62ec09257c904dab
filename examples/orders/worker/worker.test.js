import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { repeat } from './repeat.js';
import { shipOrders } from './ship-orders.js';

describe('the worker', () => {
  it('goes on after a round that failed', async () => {
    const stopping = new AbortController();
    const faults = [];
    let rounds = 0;

    await repeat({
      round: async () => {
        rounds += 1;
        if (rounds === 1) throw new Error('the database is away');
        stopping.abort();
      },
      pauseMs: 1,
      signal: stopping.signal,
      onError: (error) => faults.push(error.message),
    });

    assert.equal(rounds, 2);
    assert.deepEqual(faults, ['the database is away']);
  });

  it('ends the round under way when it is asked to stop', async () => {
    const stopping = new AbortController();
    const events = [];

    await repeat({
      round: async () => {
        stopping.abort();
        await new Promise((resolve) => setImmediate(resolve));
        events.push('ended');
      },
      pauseMs: 60_000,
      signal: stopping.signal,
      onError: assert.fail,
    });

    assert.deepEqual(events, ['ended']);
  });

  it('waits for the table that the migration brings, and reports any other fault', async () => {
    const failing = (code) => ({ query: () => Promise.reject(Object.assign(new Error(code), { code })) });

    assert.equal(await shipOrders(failing('42P01'), { delaySeconds: 0 }), undefined);
    await assert.rejects(shipOrders(failing('57P01'), { delaySeconds: 0 }), /57P01/);
  });
});
