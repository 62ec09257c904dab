import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProduct, listProducts } from './products.js';

test('every product is found by its id', () => {
  for (const product of listProducts()) assert.equal(findProduct(product.id), product);
});

test('an unknown id finds nothing', () => {
  assert.equal(findProduct('unknown'), undefined);
});
