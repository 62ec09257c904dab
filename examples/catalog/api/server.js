import { createServer } from 'node:http';
import { findProduct, listProducts } from './products.js';
import { serve } from './serve.js';

serve(
  createServer((request, response) => {
    const path = new URL(request.url, 'http://catalog').pathname;
    const id = /^\/products\/([\w-]+)$/.exec(path)?.[1];
    if (path === '/healthz') return answer(response, 200, { status: 'well' });
    if (path === '/products') return answer(response, 200, listProducts());
    const product = id === undefined ? undefined : findProduct(id);
    return product === undefined ? answer(response, 404, { detail: `nothing at ${path}` }) : answer(response, 200, product);
  }),
);

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
