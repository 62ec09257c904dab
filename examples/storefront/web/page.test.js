import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escape, renderPage } from './page.js';

test('the page names its version and environment', () => {
  const page = renderPage({ greeting: 'Hello', products: [], orders: [], version: '1.2.3', environment: 'quality' });

  assert.match(page, /Version 1\.2\.3 in quality/);
});

test('what comes from elsewhere cannot become markup', () => {
  assert.equal(escape('<b>'), '&#60;b&#62;');
});
