import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { products } from './products.js';
import { routes } from './routes.js';
import { startService } from './service.js';

describe('the catalogue', () => {
  let service;
  let address;
  before(async () => {
    service = await startService({ routes, environment: {} });
    address = `http://127.0.0.1:${service.port}`;
  });
  after(() => service.stop());

  it('lists every product', async () => {
    const response = await fetch(`${address}/products`);

    assert.equal(response.status, 200);
    assert.deepEqual((await response.json()).items, products);
  });

  it('lists one category', async () => {
    const { items } = await (await fetch(`${address}/products?category=garden`)).json();

    assert.deepEqual(
      items.map((each) => each.id),
      ['seed-box', 'rain-gauge'],
    );
  });

  it('shows one product', async () => {
    const product = await (await fetch(`${address}/products/tide-table`)).json();

    assert.equal(product.name, 'Tide table');
    assert.equal(product.price, 990);
  });

  it('says which product it does not have', async () => {
    const response = await fetch(`${address}/products/flying-carpet`);

    assert.equal(response.status, 404);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.match((await response.json()).detail, /flying-carpet/);
  });

  it('refuses a method that it does not answer, and an address that is not encoded correctly', async () => {
    assert.equal((await fetch(`${address}/products`, { method: 'DELETE' })).status, 405);
    assert.equal((await fetch(`${address}/products/%E0%A4%A`)).status, 400);
  });

  it('gives each product an identity of its own and a price', () => {
    assert.equal(new Set(products.map((each) => each.id)).size, products.length);
    assert.ok(products.every((each) => Number.isInteger(each.price) && each.price > 0));
  });
});

describe('a service that is asked to stop', () => {
  it('answers the request under way, says that it closes the connection, and takes no other', async () => {
    const arrived = Promise.withResolvers();
    const released = Promise.withResolvers();
    const slow = await startService({
      environment: {},
      routes: {
        'GET /slow': async () => {
          arrived.resolve();
          await released.promise;
          return { json: { answered: true } };
        },
      },
    });
    const request = fetch(`http://127.0.0.1:${slow.port}/slow`);
    await arrived.promise;

    const stopped = slow.stop();
    await assert.rejects(fetch(`http://127.0.0.1:${slow.port}/slow`));
    released.resolve();
    const response = await request;
    await stopped;

    assert.equal(response.headers.get('connection'), 'close');
    assert.deepEqual(await response.json(), { answered: true });
  });
});
