/** The smoke test after a switch: the API answers where its callers reach it, and so does what it needs itself. */
import assert from 'node:assert/strict';
import { log } from './log.js';

const { ALMANAC_URL, CATALOG_URL } = process.env;
assert.ok(ALMANAC_URL, 'ALMANAC_URL says where this module is reached');
assert.ok(CATALOG_URL, 'CATALOG_URL says where the catalogue is reached');

const read = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  assert.equal(response.status, 200, `${url} answered ${response.status}`);
  return response.json();
};

await read(`${ALMANAC_URL}/healthz`);
const { items } = await read(`${ALMANAC_URL}/orders?limit=1`);
assert.ok(Array.isArray(items), 'the orders are a list');
const product = await read(`${CATALOG_URL}/products/tide-table`);
assert.ok(Number.isInteger(product.price), 'a product of the catalogue has a price');
log('verified');
