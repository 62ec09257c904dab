import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { orderRoutes } from './routes.js';
import { Refusal, startService } from './service.js';

const compass = { id: 'field-compass', name: 'Field compass', price: 3400 };

/** Keeps orders in a list, with the one rule that callers rely on: a request key places one order. */
function memoryStore() {
  const orders = [];
  return {
    check: async () => {},
    place: async (order) => {
      const earlier = orders.find((each) => order.requestKey !== null && each.requestKey === order.requestKey);
      if (earlier !== undefined) return { order: earlier, placed: false };
      const placed = { ...order, id: String(orders.length + 1), state: 'placed' };
      orders.unshift(placed);
      return { order: placed, placed: true };
    },
    find: async (id) => orders.find((each) => each.id === id),
    list: async (limit) => orders.slice(0, limit),
  };
}

describe('the orders API', () => {
  let catalog;
  let service;
  let address;
  before(async () => {
    catalog = await startService({
      environment: {},
      routes: {
        'GET /products/{id}': ({ params }) => {
          if (params.id === 'broken') throw new Error('the catalogue has a fault');
          if (params.id !== compass.id) throw new Refusal(404, 'no such product');
          return { json: compass };
        },
      },
    });
    const catalogUrl = `http://127.0.0.1:${catalog.port}`;
    service = await startService({
      environment: {},
      routes: orderRoutes({ store: memoryStore(), catalogUrl, currency: 'EUR' }),
    });
    address = `http://127.0.0.1:${service.port}`;
  });
  after(() => Promise.all([catalog.stop(), service.stop()]));

  const place = (order, headers = {}) =>
    fetch(`${address}/orders`, { method: 'POST', headers, body: JSON.stringify(order) });

  it('takes an order at the price of the catalogue', async () => {
    const response = await place({ productId: compass.id, quantity: 2 });
    const order = await response.json();

    assert.equal(response.status, 201);
    assert.equal(response.headers.get('location'), `/orders/${order.id}`);
    assert.equal(order.unitPrice, 3400);
    assert.equal(order.currency, 'EUR');
    assert.equal(order.state, 'placed');
  });

  it('takes an order once, when it is sent twice with the same key', async () => {
    const first = await place({ productId: compass.id }, { 'idempotency-key': 'a' });
    const second = await place({ productId: compass.id }, { 'idempotency-key': 'a' });

    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.equal((await second.json()).id, (await first.json()).id);
  });

  it('shows an order, lists the newest first, and says which one it does not have', async () => {
    const placed = await (await place({ productId: compass.id, quantity: 9 })).json();

    assert.equal((await (await fetch(`${address}/orders/${placed.id}`)).json()).quantity, 9);
    assert.equal((await (await fetch(`${address}/orders?limit=1`)).json()).items[0].id, placed.id);
    assert.equal((await fetch(`${address}/orders/none`)).status, 404);
  });

  it('refuses what is not an order', async () => {
    assert.equal((await fetch(`${address}/orders`, { method: 'POST', body: '{' })).status, 400);
    assert.equal((await place({ quantity: 1 })).status, 422);
    assert.equal((await place({ productId: compass.id, quantity: 0 })).status, 422);
    assert.equal((await place({ productId: 'flying-carpet' })).status, 422);
    assert.equal((await place({ productId: compass.id, note: 'x'.repeat(70_000) })).status, 413);
  });

  it('says that the catalogue does not answer, when it does not', async () => {
    const response = await place({ productId: 'broken' });

    assert.equal(response.status, 503);
    assert.match((await response.json()).detail, /catalogue/);
  });
});
