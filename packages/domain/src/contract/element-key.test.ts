import { expect, test } from 'vitest';
import { elementKey } from './element-key.ts';

test.each([
  ['GET /products', 'GET /products'],
  ['get /products/{id}', 'GET /products/{}'],
  ['GET /products/{productId}', 'GET /products/{}'],
  ['  POST   /orders/{id}/lines/{line} ', 'POST /orders/{}/lines/{}'],
  ['GET /files/{name}.{ending}', 'GET /files/{}.{}'],
  ['GET /orders/', 'GET /orders'],
  ['GET /', 'GET /'],
  ['order-placed', 'order-placed'],
  ['webhook sold POST', 'webhook sold POST'],
  ['get products', 'get products'],
  ['*', '*'],
])('%j is found as %j', (text, key) => {
  expect(elementKey(text)).toBe(key);
});
