import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { renderPage } from './page.js';
import { log, serve } from './serve.js';

const { CATALOG_URL, ORDERS_URL, GREETING, ALMANAC_VERSION, ALMANAC_ENVIRONMENT } = process.env;

serve(
  createServer((request, response) => {
    handle(request, response).catch((error) => {
      log('failed', { reason: error.message });
      response.writeHead(500).end('the shop failed');
    });
  }),
);

async function handle(request, response) {
  const path = new URL(request.url, 'http://storefront').pathname;
  if (path === '/healthz') return response.end('well');
  if (path === '/version') return response.end(ALMANAC_VERSION);
  if (path === '/orders' && request.method === 'POST') {
    const product = new URLSearchParams(await text(request)).get('product');
    await fetch(new URL('/orders', ORDERS_URL), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ product }) });
    return response.writeHead(303, { location: '/' }).end();
  }
  if (path !== '/') return response.writeHead(404).end('nothing here');
  const [products, orders] = await Promise.all([read(CATALOG_URL, '/products'), read(ORDERS_URL, '/orders')]);
  const fault = products === undefined || orders === undefined ? 'Some of the shop does not answer at the moment.' : undefined;
  const page = renderPage({ greeting: GREETING, products: products ?? [], orders: orders ?? [], version: ALMANAC_VERSION, environment: ALMANAC_ENVIRONMENT, fault });
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
}

async function read(base, path) {
  try {
    const response = await fetch(new URL(path, base), { signal: AbortSignal.timeout(3000) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
