import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { presentFaultOf, shopRoutes } from './routes.js';
import { Refusal, startService } from './service.js';
import { describeShop } from './shop.js';

const table = { id: 'tide-table', name: 'Tide <table>', description: 'High & low', category: 'paper', icon: 'wave' };
const order = { id: 'o-1', productName: table.name, quantity: 3, unitPrice: 990, currency: 'EUR', state: 'placed' };

describe('the storefront', () => {
  const placed = [];
  let open = true;
  let service;
  let address;
  before(async () => {
    const shop = describeShop({
      SHOP_NAME: 'The Test Shop',
      ALMANAC_VERSION: '1.4.0+3',
      ALMANAC_ENVIRONMENT: 'quality',
    });
    const partners = {
      products: async () => {
        if (!open) throw new Refusal(503, 'The catalogue does not answer.');
        return [{ ...table, price: 990 }];
      },
      order: async () => order,
      place: async (wanted) => {
        placed.push(wanted);
        return order;
      },
    };
    service = await startService({
      environment: {},
      routes: shopRoutes({ shop, partners }),
      presentFault: presentFaultOf(shop),
    });
    address = `http://127.0.0.1:${service.port}`;
  });
  after(() => service.stop());

  const submit = (fields) =>
    fetch(`${address}/orders`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

  it('shows the products, escaped, with their prices', async () => {
    const text = await (await fetch(address)).text();

    assert.match(text, /Tide &lt;table&gt;/);
    assert.match(text, /High &amp; low/);
    assert.match(text, /€9\.90/);
    assert.doesNotMatch(text, /<table>/);
  });

  it('says which version runs where', async () => {
    const text = await (await fetch(address)).text();

    assert.match(text, /<strong data-version>1\.4\.0\+3<\/strong> in <strong>quality<\/strong>/);
    assert.equal(await (await fetch(`${address}/version`)).text(), '1.4.0+3');
  });

  it('allows no script and no foreign content', async () => {
    const policy = (await fetch(address)).headers.get('content-security-policy');

    assert.match(policy, /default-src 'none'/);
  });

  it('passes an order on with the key of its form, and shows it', async () => {
    const response = await submit({ productId: table.id, quantity: '3', key: 'form-key-1' });

    assert.equal(response.status, 303);
    assert.equal(response.headers.get('location'), '/orders/o-1');
    assert.deepEqual(placed, [{ productId: table.id, quantity: 3, key: 'form-key-1' }]);
    assert.match(await (await fetch(`${address}/orders/o-1`)).text(), /€29\.70/);
  });

  it('refuses a form without a key', async () => {
    assert.equal((await submit({ productId: table.id, quantity: '1' })).status, 400);
  });

  it('stays up and says so, when the catalogue is away', async () => {
    open = false;
    const response = await fetch(address);
    open = true;

    assert.equal(response.status, 503);
    assert.match(await response.text(), /The catalogue does not answer/);
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
  });
});
